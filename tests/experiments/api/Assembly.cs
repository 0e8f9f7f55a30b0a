[assembly: AssemblyFixture(typeof(TestServer))]

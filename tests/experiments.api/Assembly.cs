using Crucible.Testing;

[assembly: AssemblyFixture(typeof(TestServer))]

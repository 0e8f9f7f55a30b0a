using Crucible.Browser.Tests;
using Crucible.Testing;

[assembly: AssemblyFixture(typeof(TestServer))]
[assembly: AssemblyFixture(typeof(Chromium))]

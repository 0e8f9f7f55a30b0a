using Crucible.Browser.Tests;

[assembly: AssemblyFixture(typeof(Stage))]

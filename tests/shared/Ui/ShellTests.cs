using Crucible.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Http;

namespace Crucible.Tests.Ui;

public sealed class ShellTests
{
    private static readonly Topic Run = new("run", "7"), Team = new("experiments", "t1");

    [Fact]
    public void Is_one_for_each_request()
    {
        var http = new DefaultHttpContext { Request = { Path = "/experiments/7" } };
        Assert.Same(Shell.Of(http), Shell.Of(http));
        Assert.Equal("/experiments/7", Shell.Of(http).Path);
    }

    [Fact]
    public void Listens_from_the_earlier_of_two_cursors()
    {
        var shell = new Shell();
        shell.Listen(Cursor.Parse("run:7=9"), Run).Listen(Cursor.Parse("run:7=5;experiments:t1=3"), Run, Team);
        Assert.Equal([Run, Team], shell.Topics);
        Assert.Equal("experiments:t1=3;run:7=5", shell.After.ToString());
    }

    [Theory]
    [InlineData("/experiments", "/experiments"), InlineData("/experiments/7/runs", "/experiments"), InlineData("/experiments/sweeps/1", "/experiments/sweeps")]
    [InlineData("/experimentsx", null), InlineData("/", "/")]
    public void Marks_the_entry_that_leads_here_most_closely(string path, string? current)
    {
        var shell = new Shell { Path = path };
        shell.Nav.AddRange([new("Home", "/", "home"), new("Experiments", "/experiments", "flask"), new("Sweeps", "/experiments/sweeps", "flask")]);
        Assert.Equal(current is null ? [] : [current], shell.Nav.Where(shell.IsCurrent).Select(n => n.Url));
    }
}

using Crucible.Ui.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Ui;

public sealed class AnsiTests
{
    private const string E = "\u001b";

    private static string Show(string line) => string.Concat(Ansi.Read(line).Select(p => p.Classes is null ? p.Text : $"[{p.Classes}|{p.Text}]"));

    [Theory]
    [InlineData("plain\ttext", "plain\ttext"), InlineData($"{E}[31mred{E}[0m on", "[a-fg1|red] on"), InlineData($"{E}[1;92;44mx", "[a-bold a-fg10 a-bg4|x]")]
    [InlineData($"{E}[1mb{E}[22mn{E}[4;9mu{E}[24;29mn", "[a-bold|b]n[a-underline a-strike|u]n"), InlineData($"{E}[31;7mx{E}[27my", "[a-bg1|x][a-fg1|y]")]
    [InlineData($"{E}[38;5;9mx", "[a-fg9|x]"), InlineData($"{E}[38;5;196mx", "[a-fg9|x]"), InlineData($"{E}[38;2;0;200;0mx", "[a-fg2|x]"), InlineData($"{E}[48;5;244mx", "[a-bg7|x]"), InlineData($"{E}[38;5mx", "x")]
    [InlineData($"{E}]0;title\ashown", "shown"), InlineData($"{E}]8;;http://x{E}\\link{E}]8;;{E}\\", "link"), InlineData($"{E}[2K{E}[1Agone", "gone"), InlineData($"{E}(Bx", "x"), InlineData("a\bb\0c", "abc")]
    [InlineData(" 10%\r 50%\r100%\r", "100%"), InlineData($"cut{E}", "cut"), InlineData($"cut{E}[3", "cut"), InlineData($"{E}[mx", "x"), InlineData($"{E}[999mx", "x")]
    public void Colours_become_classes_and_the_rest_goes(string line, string shown) => Assert.Equal(shown, Show(line));

    [Fact]
    public void Whatever_comes_loses_its_control_characters_and_nothing_else() =>
        Prop.ForAll(Gen.Elements(E, "[", "]", "31", ";", "m", "38", "5", "\a", "\\", "text", "\r", "\t", "\u0007", "🙂", "K").ListOf().ToArbitrary(), parts =>
        {
            var line = string.Concat(parts);
            Assert.All(Ansi.Read(line), p => Assert.DoesNotContain(p.Text, c => char.IsControl(c) && c != '\t'));
            Assert.Equal(Ansi.Plain(line), Ansi.Plain(Ansi.Plain(line)));
            if (!line.Contains('\u001b') && !line.Contains('\r') && !line.Contains('\a')) Assert.Equal(line, Ansi.Plain(line));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}

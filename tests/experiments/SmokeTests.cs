using Crucible.Experiments.Domain.Search;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments;

public sealed class SmokeTests
{
    [Fact]
    public void Anything_is_answered() =>
        Prop.ForAll<string?>(text => RunFilter.TryParse(text, out _, out var error) || error.Message.Length > 0).QuickCheckThrowOnFailure();
}

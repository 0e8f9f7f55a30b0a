using Microsoft.AspNetCore.Components;

namespace Crucible.Charts;

/// <summary>What every chart can be told besides its plan.</summary>
public abstract class Chart : ComponentBase
{
    /// <summary>What is shown.</summary>
    [Parameter, EditorRequired] public string Title { get; set; } = "";

    /// <summary>DOM id; needed for a chart that refreshes.</summary>
    [Parameter] public string? Id { get; set; }

    /// <summary>Answers with this chart drawn anew; makes it a live region of its own.</summary>
    [Parameter] public string? Url { get; set; }

    /// <summary>Query parameters of the page that the refresh passes on.</summary>
    [Parameter] public string Query { get; set; } = "from to";

    /// <summary>Quiet words after the title.</summary>
    [Parameter] public string? Hint { get; set; }

    /// <summary>What the horizontal axis counts, with its unit: <c>Batch size</c>, <c>Latency (ms)</c>.</summary>
    [Parameter] public string? XTitle { get; set; }

    /// <summary>What the vertical axis counts, with its unit.</summary>
    [Parameter] public string? YTitle { get; set; }

    /// <summary>Height of the plot: <c>xs</c> 84, <c>s</c> 92, <c>m</c> 110, <c>l</c> 208, <c>xl</c> 340 pixels.</summary>
    [Parameter] public string Size { get; set; } = "m";

    /// <summary>Further classes: <c>panel</c>, <c>hero</c>, <c>half</c>.</summary>
    [Parameter] public string? Class { get; set; }

    /// <summary>What stands in an empty plot.</summary>
    [Parameter] public string Nothing { get; set; } = "Nothing to show yet";

    /// <summary>Buttons at the right of the title.</summary>
    [Parameter] public RenderFragment? Tools { get; set; }

    /// <summary>Has a menu: the data as a table, SVG, PNG, CSV, and the logarithms if <see cref="LogName"/> is set.</summary>
    [Parameter] public bool Menu { get; set; } = true;

    /// <summary>
    /// The query parameter of the page that makes the vertical axis logarithmic (<c>log</c>): 1 or, where that is so without it,
    /// 0 for linear. Set, the chart's menu switches it; the page draws by it, and a region asks again if its <see cref="Query"/> names it.
    /// </summary>
    [Parameter] public string? LogName { get; set; }

    /// <summary>As <see cref="LogName"/>, for the horizontal axis.</summary>
    [Parameter] public string? LogXName { get; set; }

    /// <summary>
    /// Begins the names of the query parameters that hold a zoom, <c>{name}-from</c> and <c>{name}-to</c>, where charts of one page count
    /// different things; without one they are <c>from</c> and <c>to</c>.
    /// </summary>
    [Parameter] public string ZoomName { get; set; } = "";
}

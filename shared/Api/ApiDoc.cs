namespace Crucible.Api;

/// <summary>Which of the limits a call counts towards.</summary>
public enum ApiRate
{
    /// <summary>Reading.</summary>
    Read,

    /// <summary>Changing something.</summary>
    Write,

    /// <summary>What programs send all the time: telemetry and log lines.</summary>
    Ingest,

    /// <summary>Asking for an export.</summary>
    Export,
}

/// <summary>A parameter of the query.</summary>
/// <param name="Name">As it is sent.</param>
/// <param name="What">What it does: form, unit, range, what holds without it.</param>
/// <param name="Example">A value that works.</param>
public sealed record ApiQuery(string Name, string What, string Example);

/// <summary>
/// What an operation of <c>/api/v1</c> takes and answers. The frame keeps to it (parameters, filters and orders that stand not
/// here are refused by name), and the OpenAPI document is made from it.
/// </summary>
/// <param name="Group">The plural noun it belongs to: <c>Experiments</c>.</param>
/// <param name="Summary">One line, the verb first, without a full stop.</param>
public sealed record ApiDoc(string Group, string Summary)
{
    /// <summary>What else is worth saying; may be empty.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Values of the path's parameters, for the example.</summary>
    public IReadOnlyDictionary<string, string> Path { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters of the query beside those of paging, order and filters.</summary>
    public IReadOnlyList<ApiQuery> Query { get; init; } = [];

    /// <summary>Fields of <c>filter[…]</c>; the example names a value.</summary>
    public IReadOnlyList<ApiQuery> Filters { get; init; } = [];

    /// <summary>What <c>sort=</c> takes, a minus before it for descending. One that ends with <c>.</c> takes any key behind it. The first is the default.</summary>
    public IReadOnlyList<string> Sorts { get; init; } = [];

    /// <summary>The order without <c>sort=</c>, such as <c>-created_at</c>.</summary>
    public string Sort { get; init; } = "";

    /// <summary>The type of the JSON body; null when it takes none. Its data annotations are checked and documented.</summary>
    public Type? Takes { get; init; }

    /// <summary>A body that works.</summary>
    public object? Example { get; init; }

    /// <summary>The type of <c>data</c>, or of its items; null when it answers no body or no JSON.</summary>
    public Type? Answers { get; init; }

    /// <summary>What <c>data</c> may look like, or one of its items.</summary>
    public object? Shows { get; init; }

    /// <summary>Whether <c>data</c> is a list with <c>meta</c>, paged by <c>page</c> and <c>per_page</c> or by <c>cursor</c>.</summary>
    public bool Paged { get; init; }

    /// <summary>The type of <c>meta</c> where a list has one of its own; null for <see cref="ApiMeta"/>.</summary>
    public Type? Meta { get; init; }

    /// <summary>What that <c>meta</c> may look like.</summary>
    public object? ShowsMeta { get; init; }

    /// <summary>Whether it keeps <c>Idempotency-Key</c>s itself, in the transaction that does what was asked.</summary>
    public bool KeepsKeys { get; init; }

    /// <summary>Whether it may be walked by <c>cursor</c>.</summary>
    public bool Cursor { get; init; } = true;

    /// <summary>Whether a page may be asked for by number; without it a list is walked by cursor alone.</summary>
    public bool Numbered { get; init; } = true;

    /// <summary>The status when it went well.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The media type of an answer that is no JSON.</summary>
    public string? File { get; init; }

    /// <summary>Statuses of refusals of its own, beside those that every call may have (401, 404, 422, 429).</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [];

    /// <summary>Which limit it counts towards; null for reading by GET and writing by any other method.</summary>
    public ApiRate? Rate { get; init; }

    /// <summary>Whether a parameter of the query of this name is taken.</summary>
    internal bool Knows(string name) =>
        Query.Any(q => q.Name == name) || (Sorts.Count > 0 && name == "sort") || Filters.Any(f => name == $"filter[{f.Name}]")
        || (Paged && (name == "per_page" || (Numbered && name == "page") || (Cursor && name == "cursor")));
}

/// <summary>An answer with one thing.</summary>
/// <param name="Data">The thing.</param>
public sealed record ApiItem<T>(T Data);

/// <summary>An answer with a page of things.</summary>
/// <param name="Data">The page.</param>
/// <param name="Meta">Where it stands.</param>
public sealed record ApiList<T>(IReadOnlyList<T> Data, ApiMeta Meta);

/// <summary>Where a page stands. By page: total and page; by cursor: next_cursor and has_more.</summary>
public sealed record ApiMeta
{
    /// <summary>How many there are in all; null when walked by cursor.</summary>
    public long? Total { get; init; }

    /// <summary>Which page, from 1; null when walked by cursor.</summary>
    public int? Page { get; init; }

    /// <summary>How many a page holds at most, 1 to 100.</summary>
    public int PerPage { get; init; }

    /// <summary>Send it as <c>cursor</c> for what follows; null when nothing does, or when walked by page.</summary>
    public string? NextCursor { get; init; }

    /// <summary>Whether something follows.</summary>
    public bool HasMore { get; init; }
}

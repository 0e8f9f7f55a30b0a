using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;

namespace Crucible.Host.Tests.Security;

/// <summary>
/// Requests that no client of ours sends, thousands of them, from a seed that the failure names: each is answered, none
/// with a fault of the server. The bodies come from <see cref="RouteTable"/>, so that a new route is fuzzed by its own line.
/// </summary>
[Collection(nameof(Battered))]
public sealed class FuzzTests(Everything world)
{
    private readonly ConcurrentQueue<string> _faults = new();

    private static readonly string[] OddTexts =
    [
        "\0", "a\0b", "\uFFFD", "\u0001", "\u001b", "\u0085", "\u2028", "\uFEFF", "\uFFFF", "\U0010FFFF", "\r\n", "\t", " ", "", "null", "-1", "0", "1e999", "NaN", "9223372036854775808", "99999999999999999999999999", "00000000-0000-0000-0000-000000000000",
        "../..", "%", "%00", "{", "[", "'", "\"", "\\", "*", ",", ";", ":", "=", "true", "2026-02-30", "10000-01-01T00:00:00Z", "İıſK", "𝕏\u0301\u0301\u0301", "خطأ", "{0}", "${x}", "$1", "(a+)+$",
    ];

    // As they stand in an address or a form: what a decoder has to refuse by itself.
    private static readonly string[] OddBytes = ["%00", "a%00b", "%ed%a0%80", "%ed%b0%80", "%ff", "%fe%ff", "%c0%80", "%f4%90%80%80", "%", "%0", "%zz", "%u0041", "+", "&", "=", "%25%30%30"];

    [Fact]
    public async Task Json_that_was_tampered_with_is_refused_or_taken()
    {
        var mira = await world.Token(world.Cast.Member, "write");
        await Each(c => c.Expected.Json is not null && Canonical(c), async (one, random) =>
        {
            var good = Encoding.UTF8.GetBytes(one.Things.Fill(one.Expected.Json!));
            for (var i = 0; i < 50; i++)
                Look(await mira.Send(one.Route.Method, Address(one), Bytes(Tamper(good, random), "application/json"), ("Accept", "*/*")));
            foreach (var type in (string?[])[null, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=utf-16", "application/json; charset=nonsense", "a/b", "application/xml"])
                Look(await mira.Send(one.Route.Method, Address(one), Bytes(good, type), ("Accept", "*/*")));
        });
    }

    [Fact]
    public async Task Forms_of_random_bytes_are_refused_or_taken()
    {
        var rightful = new Trespassers(world);
        await Each(c => c.Route.Changes && c.Expected.Json is null && c.Expected.Bytes is null && c.Route.Name is not "POST /account/sign-out" && Canonical(c), async (one, random) =>
        {
            // Enough wrong passwords lock an account.
            var seat = one.Expected.Reach == Reach.Oneself ? (await world.Newcomer()).Seat : await rightful.Rightful(one.Expected);
            var names = one.Things.Fill(one.Expected.Form).Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')[0]).Concat(one.Route.Takes).Distinct().ToList();
            var odd = OddTexts.Select(Uri.EscapeDataString).Concat(OddBytes).ToList();
            foreach (var value in odd.Where((_, i) => i < 2 || random.Next(6) == 0))
                Look(await Post(seat, one, Seat.Form(string.Join('&', names.Select(n => $"{n}={value}")))));
            for (var i = 0; i < 5; i++)
            {
                var bytes = new byte[random.Next(1, 600)];
                random.NextBytes(bytes);
                Look(await Post(seat, one, Bytes(bytes, "application/x-www-form-urlencoded")));
                Look(await Post(seat, one, Bytes(bytes, "multipart/form-data; boundary=x")));
                Look(await Post(seat, one, Bytes(Tamper(Encoding.UTF8.GetBytes(string.Join("", names.Select(n => $"--x\r\nContent-Disposition: form-data; name=\"{n}\"\r\n\r\nvalue\r\n")) + "--x--\r\n"), random), "multipart/form-data; boundary=x")));
            }
            foreach (var content in (HttpContent[])[Seat.Form(string.Join('&', Enumerable.Range(0, 3000).Select(i => $"k{i}=v"))), Seat.Form(string.Join('&', Enumerable.Repeat(names.FirstOrDefault() ?? "id", 3000).Select(n => n + "=v"))),
                Seat.Form(new string('k', 5000) + "=v"), Seat.Form("id=" + new string('v', 200_000)), Bytes([1, 2], "multipart/form-data"), Bytes([1, 2], "multipart/form-data; boundary=" + new string('b', 300)), Bytes([1, 2], null), Seat.Form(new string('&', 5000)), Seat.Form(string.Concat(Enumerable.Repeat("a[b][c].d[0]=1&", 100)))])
                Look(await Post(seat, one, content));
        });
    }

    [Fact]
    public async Task Queries_may_be_anything()
    {
        var rightful = new Trespassers(world);
        string[] known = ["part", "tab", "q", "skip", "file", "key", "edit", "hero", "wide", "runs", "columns", "filter", "order", "sort", "page", "after", "before", "from", "to", "limit", "all", "tile", "done", "theme", "returnUrl", "handler", "id", "state", "smooth", "log", "x", "xaxis", "range"];
        await Each(c => c.Route.Method == "GET" && c.Expected.Answers is null or < 500 && c.Route.Pattern != "/live" && Canonical(c), async (one, random) =>
        {
            var seat = await rightful.Rightful(one.Expected);
            var own = one.Expected.Query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')[0]).Concat(one.Route.Takes).Distinct().ToList();
            var names = own.Union(one.Route.Name.Contains("/mlflow", StringComparison.Ordinal) ? [] : known).ToList();
            var odd = OddTexts.Select(Uri.EscapeDataString).Concat(OddBytes).ToList();
            var path = Address(one).Split('?')[0];
            foreach (var value in odd.Where((_, i) => i < 2 || random.Next(6) == 0))
                Look(await seat.Get($"{path}?{string.Join('&', names.Where(_ => random.Next(3) > 0).Select(n => $"{n}={value}"))}"));
            // Each name for itself, on what is there, with one value of the many; of names that it does not say it takes, some.
            foreach (var name in own.Concat(names.Except(own).Where(_ => random.Next(6) == 0)))
                foreach (var value in (string[])["%00", odd[random.Next(odd.Count)], $"a&{name}=b&{name}[]=c"])
                    Look(await seat.Get($"{Address(one)}{(Address(one).Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={value}"));
            Look(await seat.Get($"{path}?{new string('&', 2000)}"));
            Look(await seat.Get($"{path}?{string.Join('&', Enumerable.Range(0, 1500).Select(i => "a" + i))}"));
        });
    }

    [Fact]
    public async Task Parts_of_a_path_may_be_anything()
    {
        var rightful = new Trespassers(world);
        // A number or an id that is none is refused before any handler.
        var refused = new HashSet<string>();
        await Each(c => c.Route.Parameters.Any() && Canonical(c) && (!c.Route.Pattern.Contains(":guid", StringComparison.Ordinal) || refused.Add(c.Route.Method + c.Route.Pattern)), async (one, _) =>
        {
            var seat = await rightful.Rightful(one.Expected);
            foreach (var odd in OddTexts.Select(Uri.EscapeDataString).Concat(OddBytes).Where(o => o.Length > 0).Append(new string('y', 4000)))
            {
                var path = one.Route.Path(one.Route.Parameters.ToDictionary(p => p, _ => odd));
                Look(await seat.Send(one.Route.Method, path, one.Route.Changes ? one.Expected.Json is { } json ? Seat.Json(one.Things.Fill(json)) : Seat.Form(one.Things.Fill(one.Expected.Form)) : null, seat.FormToken!.Value));
            }
        });
    }

    [Fact]
    public async Task Live_topics_and_cursors_may_be_anything()
    {
        var mira = await world.Sit(world.Cast.Member);
        var random = new Random(17);
        var run = (await Things.Make(world)).Words["run"];
        var good = Encoding.UTF8.GetBytes($"run:{run}=1;experiment:1=2;experiments:{world.Cast.Red:N}=9223372036854775807");
        for (var i = 0; i < 250; i++)
        {
            var odd = i < OddTexts.Length ? OddTexts[i] : Encoding.Latin1.GetString(Tamper(good, random));
            var header = new string([.. odd.Where(c => c is >= ' ' and < '\x7f')]);
            Look(await mira.Get($"/live?topics=run:{run}&after={Uri.EscapeDataString(odd)}", ("Last-Event-ID", header)));
            Look(await mira.Get($"/live?topics={Uri.EscapeDataString(odd.Replace("=", "", StringComparison.Ordinal).Replace(';', ','))}&beat={Uri.EscapeDataString(odd)}"));
        }
        foreach (var query in OddBytes.Select(b => $"topics={b}").Concat(["", "topics=", "topics=,,,", $"topics={string.Join(',', Enumerable.Repeat("run:" + run, 2000))}", $"topics=run:{run}&topics=run:{run}", $"topics=run:{new string('a', 5000)}"]))
            Look(await mira.Get("/live?" + query));
        await Report();
    }

    [Fact]
    public async Task Headers_may_be_anything()
    {
        var mira = await world.Sit(world.Cast.Member);
        string[] names = ["Accept", "Accept-Language", "Accept-Encoding", "Accept-Charset", "Cookie", "Authorization", "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "Origin", "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "HX-Request", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Boosted", "Sec-Fetch-Site", "Sec-Fetch-Mode", "traceparent", "tracestate", "baggage", "Upgrade", "TE", "Expect", "RequestVerificationToken", "Content-Type", "Content-Encoding", "X-HTTP-Method-Override", "Last-Event-ID", "Via", "Prefer", "DNT"];
        string[] values = ["", " ", "\"", ",", ";;;", "a=b;c", "*/*;q=2", "text/html;q=nan", "bytes=0-", "bytes=-1", "bytes=9-1", "bytes=0-0,0-0,0-0", "Basic", "Basic Og==", "Basic !", "Basic AAAA", "Bearer", "Bearer ", "W/\"", "Thu, 99 Foo 9999", "-1", "null", "://", "http://[", "00-0-0-0", "br;q=1e9", "websocket", new('x', 6000), "crucible=; crucible=x; crucible-form=%00", "crucible=" + new string('A', 43), "=;=;=", "100-nonsense", "utf-99"];
        string[] paths = ["/account", "/api/2.0/mlflow/experiments/search?max_results=1", "/assets/crucible/crucible.css", "/account/sign-in", "/nowhere"];
        await Parallel.ForEachAsync(names.Select((n, i) => (Name: n, Place: i)), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (header, _) =>
        {
            foreach (var (value, i) in values.Select((v, i) => (v, i)))
                Look(await mira.Send("GET", paths[(header.Place + i) % paths.Length], null, (header.Name, value)), $"{header.Name}: {value}");
        });
        // A NUL in a user name or a password, where only Basic can carry one.
        await world.Invite("basil", Crucible.People.Role.Viewer, world.Cast.Red, writes: false);
        foreach (var pair in OddTexts.Take(14).SelectMany(o => (string[])[$"{o}:{o} and more", $"basil:{o}{o}", $"b{o}asil:wrong password"]))
            Look(await Seat.Empty(world.Url).Get("/api/2.0/mlflow/experiments/search?max_results=1", ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))), ("Accept", "*/*")), $"Basic of {pair}");
        await Report();
    }

    [Fact]
    public async Task Methods_may_be_anything()
    {
        var rightful = new Trespassers(world);
        var patterns = new HashSet<string>();
        await Each(c => c.Route.Pattern is not ("/live" or "/account/sign-out") && Canonical(c) && patterns.Add(c.Route.Pattern), async (one, _) =>
        {
            var seat = await rightful.Rightful(one.Expected);
            foreach (var method in (string[])["HEAD", "OPTIONS", "TRACE", "PUT", "PAGE", "POST", "Post", "X"])
                foreach (var handler in (string[])["", "?handler=HandlerExecuting", "?handler=None"])
                    Look(await seat.Send(method, one.Route.Path(new Dictionary<string, string>()).Split('?')[0] + handler, null, seat.FormToken!.Value));
        });
    }

    private void Look(Reply reply, string with = "")
    {
        // 501 is an answer: this is not offered.
        if (reply.Status is >= 500 and not 501)
            _faults.Enqueue($"{reply.Asked} {with} answered {reply.Status}");
    }

    private async Task Report()
    {
        // Who was signed out on the way has proved nothing since.
        foreach (var player in (Crucible.Testing.Player[])[world.Cast.Member, world.Cast.Viewer, world.Cast.Stranger])
            if (await (await world.Sit(player)).Get("/account") is { Status: not 200 } gone)
                _faults.Enqueue($"{player.Name} is no longer signed in: {gone.Status}");
        Assert.True(_faults.IsEmpty, string.Join('\n', _faults.Distinct().Take(40).Prepend($"{_faults.Distinct().Count()} faults:")));
    }

    private async Task Each(Func<RouteCase, bool> which, Func<RouteCase, Random, Task> fuzz)
    {
        var cases = (await world.Cases()).Where(c => which(c) && c.Route.Pattern != "/sample/fault").Select((c, i) => (c, i)).ToList();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) => await fuzz(one.c, new Random(1000 + one.i)));
        await Report();
    }

    // The older prefix leads to the same code; the sample plugin is another team's and shows what plugins get wrong.
    private static bool Canonical(RouteCase one) => !one.Route.Pattern.StartsWith("/ajax-api/", StringComparison.Ordinal) && !one.Route.Pattern.StartsWith("/sample", StringComparison.Ordinal) && !one.Route.Pattern.StartsWith("/admin/plugins", StringComparison.Ordinal);

    private static string Address(RouteCase one) =>
        one.Route.Path(one.Expected.At.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => one.Things.Fill(p[1])))
        + (one.Expected.Query.Length == 0 ? "" : "?" + one.Things.Fill(one.Expected.Query));

    private static Task<Reply> Post(Seat seat, RouteCase one, HttpContent content) => seat.Send(one.Route.Method, Address(one), content, seat.FormToken!.Value);

    private static ByteArrayContent Bytes(byte[] bytes, string? type)
    {
        var content = new ByteArrayContent(bytes);
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    /// <summary>One to four changes: bytes flipped, left out, doubled, cut off, or replaced by what parsers trip over.</summary>
    private static byte[] Tamper(byte[] good, Random random)
    {
        string[] odd = ["\\u0000", "\\ud800", "\\udc00\\ud800", "\0", "NaN", "-Infinity", "1e999", "-0", "1E400000000", "99999999999999999999", "[[[[[[[[", "{{{{", "\"", "\\", "null", "true", "{}", "[]", "\uFEFF", "/*", ",", ":", "\\x", "\"\":", new string('[', 5000), new string('9', 400)];
        var bytes = good.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.InsertRange(at, Encoding.UTF8.GetBytes(odd[random.Next(odd.Length)])); break;
            }
        }
        return [.. bytes];
    }
}

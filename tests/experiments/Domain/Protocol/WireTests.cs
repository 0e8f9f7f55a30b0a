using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments.Domain.Protocol;

public sealed class WireTests
{
    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Number(double number) => Written(w =>
    {
        w.WriteStartObject();
        w.WriteProtoNumber("v"u8, number);
        w.WriteEndObject();
    });

    [Theory]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.PositiveInfinity, "\"Infinity\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    [InlineData(double.MaxValue, "1.7976931348623157E+308")]
    [InlineData(0.1, "0.1")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(3, "3")]
    public void Numbers_are_written_as_proto_json(double number, string expected) =>
        Assert.Equal($"{{\"v\":{expected}}}", Number(number));

    [Fact]
    public void Any_double_survives_the_wire() =>
        Prop.ForAll(
            Gen.OneOf(ArbMap.Default.GeneratorFor<double>(), ArbMap.Default.GeneratorFor<long>().Select(BitConverter.Int64BitsToDouble)).ToArbitrary(),
            number => ProtoBody.TryRead(Encoding.UTF8.GetBytes(Number(number)), out var body, out _)
                && body.Double("v") is { } back
                && (double.IsNaN(number) ? double.IsNaN(back) : BitConverter.DoubleToInt64Bits(back) == BitConverter.DoubleToInt64Bits(number)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData(ErrorCode.InvalidParameterValue, "INVALID_PARAMETER_VALUE", 400)]
    [InlineData(ErrorCode.ResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS", 400)]
    [InlineData(ErrorCode.BadRequest, "BAD_REQUEST", 400)]
    [InlineData(ErrorCode.Unauthenticated, "UNAUTHENTICATED", 401)]
    [InlineData(ErrorCode.CustomerUnauthorized, "CUSTOMER_UNAUTHORIZED", 401)]
    [InlineData(ErrorCode.PermissionDenied, "PERMISSION_DENIED", 403)]
    [InlineData(ErrorCode.ResourceDoesNotExist, "RESOURCE_DOES_NOT_EXIST", 404)]
    [InlineData(ErrorCode.EndpointNotFound, "ENDPOINT_NOT_FOUND", 404)]
    [InlineData(ErrorCode.NotFound, "NOT_FOUND", 404)]
    [InlineData(ErrorCode.AlreadyExists, "ALREADY_EXISTS", 409)]
    [InlineData(ErrorCode.ResourceConflict, "RESOURCE_CONFLICT", 409)]
    [InlineData(ErrorCode.Aborted, "ABORTED", 409)]
    [InlineData(ErrorCode.RequestLimitExceeded, "REQUEST_LIMIT_EXCEEDED", 429)]
    [InlineData(ErrorCode.ResourceExhausted, "RESOURCE_EXHAUSTED", 429)]
    [InlineData(ErrorCode.InternalError, "INTERNAL_ERROR", 500)]
    [InlineData(ErrorCode.InvalidState, "INVALID_STATE", 500)]
    [InlineData(ErrorCode.NotImplemented, "NOT_IMPLEMENTED", 501)]
    [InlineData(ErrorCode.TemporarilyUnavailable, "TEMPORARILY_UNAVAILABLE", 503)]
    [InlineData(ErrorCode.DeadlineExceeded, "DEADLINE_EXCEEDED", 504)]
    public void An_error_has_its_word_and_status(ErrorCode code, string word, int status)
    {
        var error = new ProtocolError(code, "why \"so\"");
        Assert.Equal(status, error.Status);
        var json = JsonDocument.Parse(Written(error.WriteTo)).RootElement;
        Assert.Equal(word, json.GetProperty("error_code").GetString());
        Assert.Equal("why \"so\"", json.GetProperty("message").GetString());
        Assert.Equal(2, json.EnumerateObject().Count());
    }

    [Fact]
    public void A_page_token_is_base64_of_an_offset() =>
        Assert.Equal("{\"offset\": 1000}", Encoding.UTF8.GetString(Convert.FromBase64String(PageToken.Write(1000))));

    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData("eyJvZmZzZXQiOiA1fQ==", 5)]
    [InlineData("eyJvZmZzZXQiOiAiNyJ9", 7)]
    public void A_token_is_read_wherever_it_was_written(string? token, long expected)
    {
        Assert.True(PageToken.TryRead(token, out var offset, out _));
        Assert.Equal(expected, offset);
    }

    [Theory]
    [InlineData("no base64!")]
    [InlineData("bm8ganNvbg==")]
    [InlineData("W10=")]
    [InlineData("e30=")]
    [InlineData("NQ==")]
    [InlineData("eyJvZmZzZXQiOiAtMX0=")]
    [InlineData("eyJvZmZzZXQiOiAxLjV9")]
    [InlineData("eyJvZmZzZXQiOiBudWxsfQ==")]
    [InlineData("eyJvZmZzZXQiOiA5OTk5OTk5OTk5OTk5OTk5OTk5OX0=")]
    public void A_forged_token_is_400(string token)
    {
        Assert.False(PageToken.TryRead(token, out var offset, out var error));
        Assert.Equal(0, offset);
        Assert.Contains("Invalid page token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_token_is_answered() => Prop.ForAll<byte[]>(bytes =>
        PageToken.TryRead(Convert.ToBase64String(bytes), out _, out var error) || error.Status == 400).QuickCheckThrowOnFailure();
}

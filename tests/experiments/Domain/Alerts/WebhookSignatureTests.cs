using System.Net;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Net;

namespace Crucible.Experiments.Tests.Domain.Alerts;

/// <summary>Webhooks: who sent them, and where they may go.</summary>
public sealed class WebhookSignatureTests
{
    [Fact]
    public void The_signature_is_what_openssl_says()
    {
        // printf '1767225600.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
        Assert.Equal("t=1767225600,v1=6d204545ff126a339c00513d93603299c984074ce1331c3537c3f6c976b49019", WebhookSignature.Of("whsec_test", DateTimeOffset.FromUnixTimeSeconds(1767225600), """{"a":1}"""));
        Assert.Matches("^whsec_[A-Za-z0-9_-]{43}$", WebhookSignature.NewSecret());
        Assert.NotEqual(WebhookSignature.NewSecret(), WebhookSignature.NewSecret());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1::1")]
    [InlineData("2001:db8::1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("ff02::1")]
    public void An_address_inside_is_not_public(string address) => Assert.False(OutsideConnection.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("192.167.1.1")]
    [InlineData("223.255.255.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450::1")]
    public void An_address_outside_is(string address) => Assert.True(OutsideConnection.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("")]
    [InlineData("hooks.example.org/x")]
    [InlineData("ftp://example.org/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://ann:secret@example.org/x")]
    [InlineData("https://")]
    public void Other_addresses_are_refused(string address) => Assert.NotNull(WebhookAddress.Check(address));
}

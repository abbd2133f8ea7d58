using Crik.Hosting.Callers;

namespace Crik.Hosting.Tests.Callers;

public sealed class CallerTokenTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_000_000);

    [Theory]
    [InlineData("""{"aud":["other","crik-node-state-server"],"exp":1000001}""")]
    [InlineData("""{"aud":"crik-node-state-server"}""")]
    [InlineData("""{"aud":["crik-node-state-server"],"exp":999950}""")]
    [InlineData("""{"aud":["crik-node-state-server"],"exp":"soon"}""")]
    public void A_token_that_may_be_good_is_left_to_the_API_server(string claims) =>
        Assert.NotNull(CallerToken.Find($"bearer {Jwt.With(claims)}", Jwt.Audience, s_now));

    [Theory]
    [InlineData("""{"aud":["https://kubernetes.default.svc.cluster.local"]}""")]
    [InlineData("""{"aud":["crik-node-state-server"],"exp":999900}""")]
    [InlineData("""{"aud":[1,null,{}]}""")]
    [InlineData("""{"aud":{}}""")]
    [InlineData("""{"aud":"crik-node-state-server\ud800"}""")]
    [InlineData("""{"aud":["crik-node-state-server\udfff"]}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"aud\"")]
    [InlineData("")]
    public void A_token_that_no_API_server_would_accept_for_the_audience_is_none(string claims) =>
        Assert.Null(CallerToken.Find($"Bearer {Jwt.With(claims)}", Jwt.Audience, s_now));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Bearer opaque")]
    [InlineData("Bearer a.b")]
    [InlineData("Bearer ..")]
    [InlineData("Bearer a.%%%.c")]
    [InlineData("Basic Y2FsbGVycw==")]
    public void A_header_without_a_JWT_is_none(string? header) => Assert.Null(CallerToken.Find(header, Jwt.Audience, s_now));
}

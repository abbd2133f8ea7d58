using System.Net;
using System.Text;

namespace Crik.Registry.Tests.Pushing;

public sealed class RefusalTests
{
    [Theory]
    [InlineData(401, "", RegistryFailure.NotAuthorized, "r refuses the credential (401)")]
    [InlineData(403, """{"errors":[{"code":"DENIED","message":"no"}]}""",
        RegistryFailure.NotAuthorized, "r refuses the credential (403), and says: DENIED: no")]
    [InlineData(403, """{"errors":[{"code":"DENIED","message":"Quota has been exceeded"}]}""",
        RegistryFailure.Full, "r has no room for it (403), and says: DENIED: Quota has been exceeded")]
    [InlineData(400, """{"errors":[{"code":"TOOLARGE","message":"big"}]}""", RegistryFailure.Full, "r has no room for it (400), and says: TOOLARGE: big")]
    [InlineData(404, """{"errors":[{"code":"NAME_UNKNOWN","message":"no project"}]}""",
        RegistryFailure.NotFound, "r does not have it, and says: NAME_UNKNOWN: no project")]
    [InlineData(404, """{"errors":[null,{"code":"X","message":"m","detail":{"a":1}}]}""",
        RegistryFailure.NotFound, "r does not have it, and says: X: m ({\"a\":1})")]
    [InlineData(400, """{"errors":[{"code":"UNSUPPORTED"}]}""", RegistryFailure.Unsupported, "r does not offer this (400), and says: UNSUPPORTED:")]
    [InlineData(501, "", RegistryFailure.Unsupported, "r does not offer this (501)")]
    [InlineData(408, "", RegistryFailure.Busy, "r waited too long for the request (408)")]
    [InlineData(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"quota exceeded"}]}""",
        RegistryFailure.Busy, "r limits how often it can be asked (429), and says: TOOMANYREQUESTS: quota exceeded")]
    [InlineData(502, "<html>bad gateway</html>", RegistryFailure.Busy, "r fails (502)")]
    [InlineData(500, "write /data: no space left on device", RegistryFailure.Full, "r has no room for it (500)")]
    [InlineData(400, """{"errors":[]}""", RegistryFailure.BadAnswer, "r answers with the unexpected status 400")]
    [InlineData(400, """{"errors":[{"code":7}]}""", RegistryFailure.BadAnswer, "r answers with the unexpected status 400")]
    [InlineData(400, "null", RegistryFailure.BadAnswer, "r answers with the unexpected status 400")]
    public void A_refusal_becomes_a_kind_of_failure_and_a_sentence(int status, string body, RegistryFailure failure, string message)
    {
        RegistryException refusal = Refusal.Of((HttpStatusCode)status, "r", Encoding.UTF8.GetBytes(body));

        Assert.Equal((failure, message), (refusal.Failure, refusal.Message));
    }

    [Fact]
    public void What_a_registry_says_is_bounded_and_printable()
    {
        string said = "a\u001b[31m\r\n\ud83d" + new string('x', 1000);
        byte[] body = Encoding.UTF8.GetBytes(new System.Text.Json.Nodes.JsonObject
        {
            ["errors"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["code"] = "C", ["message"] = said }),
        }.ToJsonString());

        string message = Refusal.Of(HttpStatusCode.NotFound, "r", body).Message;

        Assert.InRange(message.Length, 300, 350);
        Assert.DoesNotContain(message, character => char.IsControl(character) || char.IsSurrogate(character));
    }
}

namespace Crik.Registry.Tests;

public sealed class TokenScopeTests
{
    [Theory]
    [InlineData(null, "pull", "repository:team/app:pull")]
    [InlineData(null, "pull push", "repository:team/app:pull,push")]
    [InlineData("repository:team/app:pull", "pull push", "repository:team/app:pull,push")]
    [InlineData("repository:team/app:delete", "pull push", "repository:team/app:pull,push,delete")]
    [InlineData("repository:team/app:pull", "pull", "repository:team/app:pull")]
    [InlineData("repository:other:pull", "pull push", "repository:other:pull")]
    [InlineData("repository:team/app:pull repository:other:pull", "pull push", "repository:team/app:pull repository:other:pull")]
    public void The_scope_has_what_the_session_does_and_what_the_registry_demands(string? demanded, string actions, string scope)
    {
        Dictionary<string, string> parameters = demanded is null ? [] : new() { ["scope"] = demanded };

        Assert.Equal(scope, TokenScope.Of(new Challenge("bearer", parameters), "team/app", actions.Split(' ')));
    }
}

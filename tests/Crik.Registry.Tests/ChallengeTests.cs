namespace Crik.Registry.Tests;

public sealed class ChallengeTests
{
    [Fact]
    public void The_header_of_Docker_Hub_is_read()
    {
        Challenge challenge = Assert.Single(Challenge.Parse(["Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:a/b:pull,push\""]));

        Assert.Equal(("bearer", "https://auth.docker.io/token", "repository:a/b:pull,push"), (challenge.Scheme, challenge.Parameters["realm"], challenge.Parameters["SCOPE"]));
    }

    [Fact]
    public void Several_challenges_can_be_in_one_header()
    {
        IReadOnlyList<Challenge> challenges = Challenge.Parse(["Basic realm=\"a \\\"b\\\"\", Bearer realm=https://t , service=x"]);

        Assert.Equal(["basic", "bearer"], challenges.Select(challenge => challenge.Scheme));
        Assert.Equal(("a \"b\"", "x"), (challenges[0].Parameters["realm"], challenges[1].Parameters["service"]));
    }

    [Fact]
    public void A_scheme_without_parameters_is_a_challenge() => Assert.Equal("negotiate", Assert.Single(Challenge.Parse(["Negotiate"])).Scheme);

    [Fact]
    public void A_header_that_is_too_long_is_none() => Assert.Empty(Challenge.Parse([$"Bearer realm=\"{new string('x', 5000)}\""]));
}

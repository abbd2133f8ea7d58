using System.Text.RegularExpressions;
using Crik.Configuration;
using Crik.Tests.Configuration;
using YamlDotNet.RepresentationModel;

namespace Crik.Tests;

/// <summary>Compares docs/recipes.md with the manifests in examples/recipes.</summary>
public sealed partial class RecipeTests : IDisposable
{
    private static readonly string s_page = File.ReadAllText(Repository.In("docs/recipes.md"));

    private static readonly string[] s_recipes = Directory.GetFiles(Repository.In("examples/recipes"), "*.yaml");

    private readonly ConfigurationFixture _fixture = new();

    public static TheoryData<string> Recipes => [.. s_recipes.Select(path => Path.GetFileName(path))];

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_recipe_is_linked_and_crik_accepts_its_configuration(string name)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(File.ReadAllText(Repository.In($"examples/recipes/{name}"))));
        YamlNode map = Assert.Single(stream.Documents, document => document.RootNode["kind"].ToString() == "ConfigMap").RootNode;
        File.WriteAllText(_fixture.FilePath, map["data"]["config.yaml"].ToString());

        CrikOptions options = _fixture.Load(new CommandLineOverrides());

        Assert.NotNull(options.ImageDir);
        Assert.Contains($"](../examples/recipes/{name})", s_page, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_block_of_the_page_is_a_part_of_a_recipe()
    {
        string[] recipes = [.. s_recipes.Select(File.ReadAllText)];
        string[] blocks = [.. Block().Matches(s_page).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(recipes, recipe => recipe.Contains(block, StringComparison.Ordinal)));
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

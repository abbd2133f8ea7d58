using System.Text.Json;
using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;

namespace Crik.NodeAgent.Tests.Conditions;

public sealed partial class ConditionListTests
{
    private static readonly DateTimeOffset s_then = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    private static readonly Condition s_waiting = new() { Type = "Ready", Status = Condition.False, Reason = "Waiting", Message = "It waits." };

    [Fact]
    public void A_new_condition_is_added_with_the_time_of_now()
    {
        IReadOnlyList<Condition> list = ConditionList.With(null, s_waiting, s_then);
        Assert.Equal([s_waiting with { LastTransitionTime = s_then }], list);
    }

    [Fact]
    public void A_condition_whose_status_stays_keeps_its_time()
    {
        IReadOnlyList<Condition> list = ConditionList.With(null, s_waiting, s_then).With(s_waiting with { Reason = "Other" }, s_then.AddMinutes(1));
        Assert.Equal([s_waiting with { Reason = "Other", LastTransitionTime = s_then }], list);
    }

    [Fact]
    public void A_condition_whose_status_changes_gets_the_time_of_now_and_keeps_its_place()
    {
        IReadOnlyList<Condition> list = ConditionList.With(null, s_waiting, s_then)
            .With(new Condition { Type = "Saved", Status = Condition.True }, s_then)
            .With(s_waiting with { Status = Condition.True }, s_then.AddMinutes(1));
        Assert.Equal(["Ready", "Saved"], list.Select(condition => condition.Type));
        Assert.Equal(s_then.AddMinutes(1), list[0].LastTransitionTime);
        Assert.True(list.IsTrue("Ready"));
    }

    [Fact]
    public void A_time_is_cut_to_seconds_as_meta_v1_stores_it() =>
        Assert.Equal(s_then, ConditionList.With(null, s_waiting, s_then.AddMilliseconds(999))[0].LastTransitionTime);

    [Fact]
    public void A_long_message_is_cut() =>
        Assert.Equal(1024, ConditionList.With(null, s_waiting with { Message = new string('x', 5000) }, s_then)[0].Message!.Length);

    [Fact]
    public void A_condition_can_be_taken_away()
    {
        IReadOnlyList<Condition> list = ConditionList.With(null, s_waiting, s_then);
        Assert.Empty(list.Without("Ready"));
        Assert.Equal(list, list.Without("Stalled"));
        Assert.Null(list.Find("Stalled"));
        Assert.False(ConditionList.IsTrue(null, "Ready"));
    }

    [Theory]
    [InlineData("2026-11-23T18:00:00Z", "2026-11-23T18:00:00Z")]
    [InlineData("2026-11-23T18:00:00.5+00:00", "2026-11-23T18:00:00.500000Z")]
    [InlineData("2026-11-23T20:00:00+02:00", "2026-11-23T18:00:00Z")]
    public void Times_are_written_as_meta_v1_writes_them(string read, string written)
    {
        Condition condition = JsonSerializer.Deserialize($$"""{"lastTransitionTime":"{{read}}"}""", ConditionJson.Default.Condition)!;
        Assert.Equal($$"""{"lastTransitionTime":"{{written}}"}""", JsonSerializer.Serialize(condition, ConditionJson.Default.Condition));
    }

    [Fact]
    public void A_time_that_cannot_be_read_is_left_out() =>
        Assert.Null(JsonSerializer.Deserialize("""{"lastTransitionTime":"yesterday"}""", ConditionJson.Default.Condition)!.LastTransitionTime);

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(Condition))]
    private sealed partial class ConditionJson : JsonSerializerContext;
}

namespace Crik.NodeStateServer.State;

internal readonly record struct NumberedAnswer(long Number, NodeAnswer Answer);

namespace Crik.Pods;

/// <summary>What a change does. The kinds are operations of JSON Patch (RFC 6902, section 4).</summary>
public enum ChangeKind { Add, Replace, Remove }

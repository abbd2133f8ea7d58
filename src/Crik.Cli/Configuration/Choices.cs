namespace Crik.Configuration;

internal enum RestoreMode { Once, Always }

internal enum WhenRestoreFails { StartFresh, Fail }

internal enum WhenIncompatible { StartFresh, TryAnyway, Fail }

internal enum WhenCrashed { Restore, StartFresh }

internal enum WhenProgramChanged { StartFresh, Restore, Fail }

internal enum WhenClockJumps { Warn, StartFresh, Fail }

internal enum WhenVolumeFilesChanged { Warn, StartFresh, Fail }

internal enum WhenHookFails { GoOn, GiveUp }

internal enum NodeStateSource { Auto, Server, Ec2, Gce, Azure, None }

internal enum WhenNodeStateUnknown { Checkpoint, Forward }

internal enum LazyPages { Auto, Always, Never }

internal enum Compression { Auto, None, Lz4 }

internal enum IoUring { Hide, Allow }

internal enum LogFormat { Text, Json, Cloud }

internal enum LogLevel { Error, Warning, Info, Debug }

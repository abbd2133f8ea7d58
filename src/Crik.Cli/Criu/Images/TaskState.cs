namespace Crik.Criu.Images;

/// <summary>The state of a process when it was saved (TASK_ALIVE and others, compel/include/uapi/task-state.h).</summary>
internal enum TaskState : ulong
{
    Alive = 1,
    Dead = 2,
    Stopped = 3,
    Zombie = 6,
}

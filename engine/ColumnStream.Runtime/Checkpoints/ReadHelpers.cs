using ColumnStream.Engine.State;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Are the units that work ahead of a task that restores.</summary>
/// <param name="Reader">Reads and decodes snapshots.</param>
/// <param name="Pages">Makes pages ready.</param>
/// <param name="Pool">The pages.</param>
internal sealed record ReadHelpers(Mailbox Reader, Mailbox Pages, StatePool Pool);

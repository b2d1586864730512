using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Says what a dictionary message holds; whoever has it releases the values.</summary>
internal readonly record struct DictionaryMessage(long Id, Field Field, ArrayData Values, bool IsDelta);

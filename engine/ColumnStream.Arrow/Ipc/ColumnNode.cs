using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Says which column of a body is being read: its stored field, the type to deliver and its rows.</summary>
internal readonly record struct ColumnNode(Field Field, DataType Target, int Length)
{
    public void Require(Region region, long bytes, string what)
    {
        if (region.Length < bytes)
        {
            throw Error(region, $"Buffer of {what} is too short: {region.Length}, expected {bytes}.");
        }
    }

    public IpcException Error(Region region, string message) => new($"{message} Field {Field.Name}.", region.FilePosition);
}

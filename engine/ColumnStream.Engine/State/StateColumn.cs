using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.State;

/// <summary>Describes one column of a state as checkpoints hold it, behind slot, live and key group.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Its type in the file.</param>
/// <param name="Role">What a changed query may do to it.</param>
public sealed record StateColumn(string Name, DataType Type, StateColumnRole Role)
{
    /// <summary>Gets the name without the position that stands before a colon: what it means, where fields are named by meaning.</summary>
    public string Meaning
    {
        get
        {
            int colon = Name.IndexOf(':', System.StringComparison.Ordinal);
            bool isNumbered = Role is StateColumnRole.Key or StateColumnRole.Row && colon > 0 && char.IsAsciiDigit(Name[colon - 1]);
            return isNumbered ? Name[(colon + 1)..] : Name;
        }
    }
}

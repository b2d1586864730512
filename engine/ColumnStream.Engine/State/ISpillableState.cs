namespace ColumnStream.Engine.State;

/// <summary>Is a part of a task's state that can go to disk between two elements, when nobody holds addresses in it.</summary>
internal interface ISpillableState
{
    /// <summary>Puts state on disk.</summary>
    /// <param name="wantedBytes">About how many bytes.</param>
    /// <param name="evenUsed">Whether what was used lately goes too.</param>
    /// <param name="index">Whether indexes go, or what they find.</param>
    void Evict(long wantedBytes, bool evenUsed, bool index);
}

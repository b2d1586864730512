namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Is told when a named point of the checkpoint protocol is passed; tests stop the process there.</summary>
public interface IFailPoints
{
    /// <summary>Passes a point; see <see cref="FailPoint"/> for the names.</summary>
    void Hit(string name);
}

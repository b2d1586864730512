using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ColumnStream.Data;

/// <summary>Is one statement of a batch.</summary>
public sealed class ColumnStreamBatchCommand : DbBatchCommand
{
    private string _text = string.Empty;

    /// <summary>Makes a statement without a text.</summary>
    public ColumnStreamBatchCommand()
    {
    }

    /// <summary>Makes a statement of a text.</summary>
    public ColumnStreamBatchCommand(string? commandText) => CommandText = commandText;

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => _text;
        set => _text = value ?? string.Empty;
    }

    /// <inheritdoc/>
    public override CommandType CommandType { get; set; } = CommandType.Text;

    /// <inheritdoc/>
    public override int RecordsAffected => (int)System.Math.Clamp(Affected, -1, int.MaxValue);

    /// <inheritdoc/>
    public override bool CanCreateParameter => true;

    /// <inheritdoc cref="DbBatchCommand.Parameters"/>
    public new ColumnStreamParameterCollection Parameters { get; } = new();

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => Parameters;

    internal long Affected { get; set; } = -1;

    /// <inheritdoc/>
    public override DbParameter CreateParameter() => new ColumnStreamParameter();
}

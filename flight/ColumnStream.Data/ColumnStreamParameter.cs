using System;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Parameters;

namespace ColumnStream.Data;

/// <summary>
/// Holds a value for a <c>?</c> of a statement, by position; names are kept for those who look them up, and for <c>@name</c> or
/// <c>:name</c> in the text, which the driver turns into positions.
/// </summary>
public sealed class ColumnStreamParameter : DbParameter
{
    private DbType? _dbType;
    private string _name = string.Empty;
    private string _column = string.Empty;

    /// <summary>Makes a parameter without name and value.</summary>
    public ColumnStreamParameter()
    {
    }

    /// <summary>Makes a parameter of a value.</summary>
    public ColumnStreamParameter(string? name, object? value)
    {
        ParameterName = name;
        Value = value;
    }

    /// <summary>
    /// Gets or sets the Arrow type that the value is sent as; null to take it from <see cref="DbType"/> or the value itself.
    /// </summary>
    public DataType? DataType { get; set; }

    /// <inheritdoc/>
    public override DbType DbType
    {
        get => _dbType ?? ParameterTypes.DbTypeOf(Value);
        set => _dbType = value;
    }

    /// <summary>Gets the type that was set, or null.</summary>
    internal DbType? ExplicitDbType => _dbType;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">
    /// The direction is not Input: no statement gives values back by parameters.
    /// </exception>
    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input)
            {
                throw new NotSupportedException(
                    $"Parameter has a direction that the server does not know: {value}. Only Input is known.");
            }
        }
    }

    /// <inheritdoc/>
    public override bool IsNullable { get; set; } = true;

    /// <inheritdoc/>
    [AllowNull]
    public override string ParameterName
    {
        get => _name;
        set => _name = value ?? string.Empty;
    }

    /// <inheritdoc/>
    public override byte Precision { get; set; }

    /// <inheritdoc/>
    public override byte Scale { get; set; }

    /// <inheritdoc/>
    public override int Size { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string SourceColumn
    {
        get => _column;
        set => _column = value ?? string.Empty;
    }

    /// <inheritdoc/>
    public override bool SourceColumnNullMapping { get; set; }

    /// <inheritdoc/>
    public override object? Value { get; set; }

    /// <summary>Gets the name without the sign in front of it.</summary>
    internal string PlainName => _name.Length > 0 && _name[0] is ('@' or ':' or '$') ? _name[1..] : _name;

    /// <inheritdoc/>
    public override void ResetDbType() => _dbType = null;
}

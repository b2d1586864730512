namespace ColumnStream.Connectors.Formats;

/// <summary>Numbers the errors that formats raise.</summary>
public static class FormatErrors
{
    /// <summary>The format cannot read.</summary>
    public const int CannotRead = 3121;

    /// <summary>The format cannot write.</summary>
    public const int CannotWrite = 3122;

    /// <summary>No format has this name.</summary>
    public const int UnknownFormat = 3123;

    /// <summary>An option's value is wrong.</summary>
    public const int BadOption = 3124;

    /// <summary>A column's type is not supported by the format.</summary>
    public const int BadType = 3125;

    /// <summary>A file's schema does not fit the table.</summary>
    public const int BadSchema = 4121;

    /// <summary>A record could not be decoded and the policy is to fail.</summary>
    public const int BadRecord = 4122;

    /// <summary>A container file is damaged.</summary>
    public const int BadFile = 4123;

    /// <summary>A row cannot be written in this format.</summary>
    public const int BadRow = 4124;
}

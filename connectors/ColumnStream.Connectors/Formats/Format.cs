using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats;

/// <summary>Turns bytes into columns and back; one object a format, stateless, found through the format table.</summary>
public abstract class Format
{
    /// <summary>Gets the value of the option <c>format</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the options it understands, keys with the format's prefix.</summary>
    public abstract IReadOnlyList<OptionDefinition> Options { get; }

    /// <summary>Gets the file name extension that new files get, with the dot.</summary>
    public abstract string FileExtension { get; }

    /// <summary>Gets whether tables can be read.</summary>
    public virtual bool CanRead => true;

    /// <summary>Gets whether tables can be written.</summary>
    public virtual bool CanWrite => true;

    /// <summary>Gets whether a file is one container, read through <see cref="CreateFileDecoder"/>, not lines.</summary>
    public virtual bool IsContainer => false;

    /// <summary>Gets the row kinds that reading gives.</summary>
    public virtual ChangelogMode ReadChangelog => ChangelogMode.InsertOnly;

    /// <summary>Gets the most general row kinds that writing takes.</summary>
    public virtual ChangelogMode WriteChangelog => ChangelogMode.InsertOnly;

    /// <summary>Gets what METADATA columns may name of a record, keys without the prefix <c>value.</c> that tables write.</summary>
    public virtual IReadOnlyList<MetadataKey> Metadata => [];

    /// <summary>Checks options and column types.</summary>
    /// <exception cref="UserException">Names what is wrong and what was expected.</exception>
    public abstract void Validate(FormatContext context);

    /// <summary>Makes a decoder of lines.</summary>
    public virtual BlockDecoder CreateBlockDecoder(FormatContext context) =>
        throw new UserException(FormatErrors.CannotRead, $"Format cannot be read by lines: {Name}.");

    /// <summary>Makes a decoder of container files.</summary>
    public virtual FileDecoder CreateFileDecoder(FormatContext context) =>
        throw new UserException(FormatErrors.CannotRead, $"Format cannot be read as whole files: {Name}.");

    /// <summary>Makes an encoder for the context's columns; the projection must name all of them in order.</summary>
    public virtual RowEncoder CreateEncoder(FormatContext context) =>
        throw new UserException(FormatErrors.CannotWrite, $"Format cannot be written: {Name}.");
}

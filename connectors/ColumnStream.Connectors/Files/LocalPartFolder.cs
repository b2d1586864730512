using System.Globalization;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Keeps parts under hidden names in the table's folder and links them to visible names.</summary>
/// <remarks>
/// <code>
/// .part-{uid}-{subtask}-{generation}-{run}-{n}.inprogress   written, synced, named in the committable
/// part-{uid}-{subtask}-{epoch}-{i}.jsonl                    linked at the commit: the link either exists whole or not at all
/// </code>
/// A visible name that exists with the same size and checksum is a commit that was done before. Runs never share a hidden
/// name, so that one that was overtaken and still writes can neither lose a later run's part nor put its own in its place.
/// </remarks>
internal sealed class LocalPartFolder : PartFolder
{
    private const string TempSuffix = ".inprogress";
    private readonly SinkContext _context;
    private readonly AllowedFolders _folders;
    private readonly string _folder;
    private readonly string _extension;
    private readonly string _name;
    private int _attempts;

    public LocalPartFolder(SinkContext context, FileTableOptions options, string name)
        : base(context)
    {
        _context = context;
        _folders = options.Folders;
        _folder = options.Path;
        _extension = options.Format.FileExtension;
        _name = name;
        FileSink.CreateFolder(context, _folder);
    }

    private string PartName => string.Create(CultureInfo.InvariantCulture, $"{_name}-{_context.Subtask}");

    /// <inheritdoc/>
    public override PartTarget Create()
    {
        _folders.Resolve(_folder);
        while (true)
        {
            string temp = string.Create(
                CultureInfo.InvariantCulture, $".{PartName}-{_context.Generation}-{_context.RunNonce}-{_attempts++}{TempSuffix}");
            if (!File.Exists(Path.Combine(_folder, temp)))
            {
                Mine.Add(temp);
                return new LocalPartTarget(_folder, temp);
            }
        }
    }

    /// <inheritdoc/>
    public override string FinalName(FileCommittable part, long epoch, ref int index)
    {
        while (true)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{PartName}-{epoch}-{index++}{_extension}");
            if (!File.Exists(Path.Combine(_folder, name)))
            {
                return name;
            }
        }
    }

    /// <inheritdoc/>
    public override void Show(FileCommittable part)
    {
        _folders.Resolve(_folder);
        string temp = Path.Combine(_folder, part.Temp);
        string final = Path.Combine(_folder, part.Final);
        bool isThere = File.Exists(final);
        if (!isThere)
        {
            var file = new FileInfo(temp);
            if (!file.Exists || file.Length != part.Length)
            {
                string found = file.Exists ? $"has {file.Length} bytes, not {part.Length}" : "does not exist";
                throw new ExternalException(
                    5012, $"Prepared part is lost: {temp} {found}, and {final} does not exist.", retryable: false);
            }

            // What this process wrote and synced it knows; what another one left may have been damaged since.
            if (!Mine.Contains(part.Temp) && ChecksumOf(temp) != part.Crc)
            {
                throw new ExternalException(
                    5012, $"Prepared part is damaged: {temp} has not the checksum {Checksum.ToText(part.Crc)}.", retryable: false);
            }

            isThere = !DurableFile.TryLink(temp, final);
        }

        if (isThere && (new FileInfo(final).Length != part.Length || ChecksumOf(final) != part.Crc))
        {
            throw new ExternalException(
                5012, $"Part cannot be made visible: {final} exists with other content.", retryable: false);
        }

        DurableFile.Remove(temp);
        Mine.Remove(part.Temp);
    }

    /// <inheritdoc/>
    public override void Sync() => DurableFile.SyncFolder(_folder);

    /// <inheritdoc/>
    public override void CleanUp()
    {
        string prefix = $".{_name}-";
        foreach (string path in FileErrors.Guard("listed", _folder, () => Directory.GetFiles(_folder, prefix + "*" + TempSuffix)))
        {
            string name = Path.GetFileName(path);
            string[] words = name[prefix.Length..^TempSuffix.Length].Split('-');
            bool isPart = words.Length > 3
                && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int subtask)
                && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
                && IsLeftover(subtask, generation, string.Join('-', words[2..^1]), name);
            if (isPart)
            {
                DurableFile.Remove(path);
            }
        }
    }

    private static uint ChecksumOf(string path)
    {
        using var file = new LocalFileContent(path, AllowedFolders.All);
        return Checksum.OfFile(file);
    }
}

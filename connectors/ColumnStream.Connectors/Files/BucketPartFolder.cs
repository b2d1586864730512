using System.Globalization;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Keeps parts as uploads that nobody sees and completes them at the commit.</summary>
/// <remarks>
/// <code>
/// {folder}/part-{uid}-{subtask}-{run}-{generation}-{n}.jsonl     the key is fixed when the upload begins, so it carries the run
/// </code>
/// Every part is an upload, also one of a few bytes, which has one part: nothing is copied at the commit, nothing is left to
/// remove, and no row passes through the manifest. An upload that is gone while the object has its length and CRC-64 is
/// a commit that was done before. Runs never share a key, so an overtaken one cannot put its bytes in the place of another's.
/// </remarks>
internal sealed class BucketPartFolder(SinkContext context, FileTableOptions options, string name) : PartFolder(context)
{
    private readonly BucketPath _path = BucketPath.Parse(options.Path);
    private readonly IBucket _bucket = context.OpenBucket(BucketPath.Parse(options.Path).Address);
    private readonly SinkContext _context = context;
    private int _attempts;

    /// <inheritdoc/>
    public override long MostBytes => _bucket.MostBytes;

    /// <inheritdoc/>
    public override PartTarget Create()
    {
        while (true)
        {
            string part = string.Create(
                CultureInfo.InvariantCulture,
                $"{name}-{_context.Subtask}-{_context.RunNonce}-{_context.Generation}-{_attempts++}{options.Format.FileExtension}");
            if (Mine.Add(part) && _bucket.Find(_path.Prefix + part) is null)
            {
                return new Target(part, _bucket.OpenUpload(_path.Prefix + part));
            }
        }
    }

    /// <inheritdoc/>
    public override string FinalName(FileCommittable part, long epoch, ref int index) => part.Temp;

    /// <inheritdoc/>
    public override void Show(FileCommittable part)
    {
        PreparedUpload upload = part.Upload ?? throw new ExternalException(
            5011, $"Committable has no upload: {part}. It was made for a folder, not for {options.Path}.", retryable: false);
        _bucket.Complete(_path.Prefix + part.Final, upload);
        Mine.Remove(part.Temp);
    }

    /// <inheritdoc/>
    public override void Sync()
    {
    }

    /// <inheritdoc/>
    public override void CleanUp()
    {
        string prefix = $"{_path.Prefix}{name}-";
        foreach (PendingUpload upload in _bucket.ListUploads(prefix))
        {
            string part = upload.Key[_path.Prefix.Length..];
            string[] words = Path.GetFileNameWithoutExtension(upload.Key[prefix.Length..]).Split('-');
            bool isPart = words.Length > 3
                && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int subtask)
                && long.TryParse(words[^2], NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
                && IsLeftover(subtask, generation, string.Join('-', words[1..^2]), part);
            if (isPart)
            {
                _bucket.Abort(upload);
            }
        }
    }

    private sealed class Target(string name, IUploadWriter upload) : PartTarget(name)
    {
        public override Stream Stream => upload.Stream;

        public override FileCommittable Complete(long length, uint crc) =>
            new(Name, string.Empty, length, crc) { Upload = upload.Prepare() };

        public override void Dispose() => upload.Dispose();
    }
}

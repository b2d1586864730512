using System;
using System.Globalization;
using System.IO;
using System.Threading;
using ColumnStream.Engine.State;
using Microsoft.Win32.SafeHandles;

namespace ColumnStream.Runtime.Spill;

/// <summary>Is a file in a local folder whose name is gone as soon as it is open, so that nothing is left however the process ends.</summary>
internal sealed class LocalSpillFile : SpillFile
{
    private const string Ending = ".spill";
    private const string Beginning = "columnstream-";
    private static readonly string[] Separators = [",", "|", Path.PathSeparator.ToString()];
    private static int _made;
    private readonly SafeFileHandle _file;

    private LocalSpillFile(string name, SafeFileHandle file)
    {
        Name = name;
        _file = file;
    }

    public override string Name { get; }

    /// <summary>Makes a file in the first folder of <paramref name="folders"/> that takes one.</summary>
    /// <param name="folders">Folders between commas, bars or colons; null names the system's.</param>
    /// <param name="task">The task, for the name.</param>
    public static LocalSpillFile Open(string? folders, string task)
    {
        string[] choices = (folders ?? Path.GetTempPath())
            .Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (int i = 0; ; i++)
        {
            try
            {
                return OpenIn(choices.Length == 0 ? Path.GetTempPath() : choices[i], task);
            }
            catch (Exception failure) when (i + 1 < choices.Length && failure is IOException or UnauthorizedAccessException)
            {
                // The next folder may do.
            }
        }
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, offset);

    public override int Read(long offset, Span<byte> bytes)
    {
        int count = 0;
        while (count < bytes.Length)
        {
            int read = RandomAccess.Read(_file, bytes[count..], offset + count);
            if (read == 0)
            {
                break;
            }

            count += read;
        }

        return count;
    }

    public override void Dispose() => _file.Dispose();

    private static LocalSpillFile OpenIn(string folder, string task)
    {
        Directory.CreateDirectory(folder);
        RemoveLeftovers(folder);
        string safe = task.Replace('/', '-').Replace('\\', '-');
        while (true)
        {
            // Jobs of one process may have tasks of one name: no two of its files have the same number.
            int number = Interlocked.Increment(ref _made);
            string path = Path.Combine(folder, string.Create(
                CultureInfo.InvariantCulture, $"{Beginning}{Environment.ProcessId}-{safe}-{number}{Ending}"));
            if (File.Exists(path))
            {
                continue;
            }

            SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
            try
            {
                File.Delete(path);
            }
            catch
            {
                file.Dispose();
                throw;
            }

            return new LocalSpillFile(path, file);
        }
    }

    /// <summary>Removes what a process left that was killed between making a file and taking its name away: an empty file.</summary>
    private static void RemoveLeftovers(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, Beginning + "*" + Ending))
        {
            string number = Path.GetFileName(path)[Beginning.Length..];
            number = number[..Math.Max(0, number.IndexOf('-'))];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                && process != Environment.ProcessId
                && !Directory.Exists($"/proc/{process}"))
            {
                File.Delete(path);
            }
        }
    }
}

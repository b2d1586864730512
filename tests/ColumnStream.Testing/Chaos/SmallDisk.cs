using System;
using System.Diagnostics;
using System.IO;

namespace ColumnStream.Testing.Chaos;

/// <summary>Is a disk of a few hundred kilobytes, made of memory.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Mounts one of a size, <c>400k</c>, or returns null where this process may not.</summary>
    public static SmallDisk? TryMount(string size)
    {
        string folder = Directory.CreateTempSubdirectory("columnstream-full-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder))
        {
            return new SmallDisk(folder);
        }

        Directory.Delete(folder);
        return null;
    }

    /// <summary>Gives it another size; what lies there stays.</summary>
    public void Resize(string size)
    {
        if (!Run("mount", "-o", $"remount,size={size}", Folder))
        {
            throw new IOException($"The disk cannot become {size} large: {Folder}.");
        }
    }

    public void Dispose()
    {
        Run("umount", Folder);
        Directory.Delete(Folder, recursive: true);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

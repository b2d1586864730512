using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Testing.Chaos;

namespace ColumnStream.Testing.Hostile;

/// <summary>Runs <c>columnstream serve</c> as a process of its own, for attacks on it, and reads its memory.</summary>
public sealed class HostileServer : IDisposable
{
    private const int PageBytes = 4096;
    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-hostile-").FullName;
    private readonly ServerProcess _process;

    /// <summary>Starts it in an empty folder and waits until it listens.</summary>
    public HostileServer(params IEnumerable<string> options)
    {
        _process = new ServerProcess(
            _folder, ["serve", "--data", "data", "--listen", "127.0.0.1:0", .. options], new Dictionary<string, string>
            {
                ["COLUMNSTREAM_RUNTIME_DIR"] = Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName,
            });
        if (!_process.WaitUntil(() => _process.Output.Contains("serves Flight SQL", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException(_process.Output);
        }

        Address = IPEndPoint.Parse(Regex.Match(_process.Output, @"://([0-9.:]+)").Groups[1].Value);
        Token = Regex.Match(_process.Output, "cst_[A-Za-z0-9_-]+").Value;
    }

    /// <summary>Gets where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Gets the administrator's token.</summary>
    public string Token { get; }

    /// <summary>Gets whether it runs.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Gets what it wrote.</summary>
    public string Output => _process.Output;

    /// <summary>Gets the process.</summary>
    public ServerProcess Process => _process;

    /// <summary>Gets the bytes that it has in memory.</summary>
    public long ResidentBytes => IsAlive
        ? long.Parse(File.ReadAllText($"/proc/{_process.Id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * PageBytes : 0;

    /// <summary>Gets the CPU time that it took so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            if (!IsAlive)
            {
                return TimeSpan.Zero;
            }

            using var process = System.Diagnostics.Process.GetProcessById(_process.Id);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Makes the tables that attacks ask for.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await using var connection = new ColumnStreamConnection(
            $"Host={Address.Address};Port={Address.Port};Token={Token};Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = SlowPeers.EndlessTable;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>States an attack from another address of this machine.</summary>
    public HostileTarget Target(int seed) => new(Address, IPAddress.Parse("127.0.0.2"), Token, seed);

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

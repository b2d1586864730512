using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Server.Catalogs;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Security;
using ColumnStream.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Session;

/// <summary>Is one server process for tests of sessions, with a folder of its own.</summary>
internal sealed class SessionWorld : IAsyncDisposable
{
    /// <summary>The longest that a test waits for anything.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly bool _ownsFolder;

    public SessionWorld(string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("columnstream-session-").FullName;
        Node = new NodeBuilder(TextWriter.Null, TextWriter.Null);
        var options = new PlannerOptions(
        [
            new SessionOption(OptionTable.CheckpointFolder, Path.Combine(Folder, "checkpoints"), OptionOrigin.File),
            new SessionOption(OptionTable.SavepointFolder, Path.Combine(Folder, "savepoints"), OptionOrigin.File),
            new SessionOption(OptionTable.CheckpointInterval, "100 ms", OptionOrigin.File),
        ]);
        Directory.CreateDirectory(Path.Combine(Folder, "store"));
        Store = new LocalObjectStore(Path.Combine(Folder, "store"));
        Host = new SessionHost(
            Node, options, Store, new SecretVault(Store, SecretVault.KeyOf(Path.Combine(Folder, "secret.key"), Store)))
        {
            OnWarning = Warnings.Add,
        };
    }

    public string Folder { get; }

    public NodeBuilder Node { get; }

    public IObjectStore Store { get; }

    public SessionHost Host { get; }

    public List<string> Warnings { get; } = [];

    public SqlSession Open(Role role = Role.Admin, string name = "tester") => Host.Open(new Principal(name, role));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync().AsTask().WaitAsync(Limit);
        Node.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>Runs a statement and returns its rows as text, cells between bars.</summary>
    public static async Task<string[]> Rows(SqlSession session, string sql)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using StatementResult result = await session.ExecuteAsync(sql, limit.Token);
        return await Rows(result, int.MaxValue);
    }

    /// <summary>Runs a prepared statement with one row of values.</summary>
    public static async Task<string[]> Rows(SqlSession session, PreparedStatement prepared, RecordBatch values)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using StatementResult result = await session.ExecuteAsync(
            prepared, ParameterReader.Read(values, 0), waits: true, limit.Token);
        values.Release();
        return await Rows(result, int.MaxValue);
    }

    /// <summary>Reads rows until there are so many, or the end.</summary>
    public static async Task<string[]> Rows(StatementResult result, int most)
    {
        using var limit = new CancellationTokenSource(Limit);
        var rows = new List<string>();
        while (rows.Count < most && await result.ReadAsync(limit.Token) is { } batch)
        {
            Assert.Equal(result.Schema, batch.Schema);
            rows.AddRange(Text(batch));
            batch.Release();
        }

        return [.. rows];
    }

    /// <summary>Runs a statement that is answered with a count, and waits for its job if it starts one.</summary>
    public static async Task<long> Update(SqlSession session, string sql)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using StatementResult result = await session.ExecuteAsync(sql, waits: true, limit.Token);
        return result.UpdateCount;
    }

    /// <summary>Runs a statement that is refused, and returns the code.</summary>
    public static async Task<int> Refused(SqlSession session, string sql) =>
        (await Assert.ThrowsAnyAsync<ColumnStreamException>(() => Rows(session, sql))).Code;

    /// <summary>Waits until something holds.</summary>
    public static async Task Until(Func<bool> holds, string what)
    {
        long from = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from) < Limit, $"never: {what}");
            await Task.Delay(10);
        }
    }

    private static IEnumerable<string> Text(RecordBatch batch)
    {
        var text = new ArrayBufferWriter<byte>();
        for (int row = 0; row < batch.Length; row++)
        {
            text.ResetWrittenCount();
            for (int c = 0; c < batch.Columns.Length; c++)
            {
                text.Write(c == 0 ? default : "|"u8);
                RowText.Append(text, batch.Columns[c], row, ParameterReader.TypeOf(batch.Columns[c].Type, c), "null"u8);
            }

            yield return Encoding.UTF8.GetString(text.WrittenSpan);
        }
    }
}

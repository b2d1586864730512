using System;
using System.Collections.Generic;
using System.Data.Common;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Data;

namespace ColumnStream.Testing.Hostile;

/// <summary>
/// Is a client of good will beside an attack: it asks a small query at a fixed pace, and takes the time from when each was due, so that an
/// answer that is late delays none of the next ones unseen.
/// </summary>
public sealed class Bystander(IPEndPoint address, string token, TimeSpan pace) : IAsyncDisposable
{
    private const int MostAttempts = 50;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private List<double> _latencies = [];
    private int _failures;
    private string? _lastFailure;
    private Task _asking = Task.CompletedTask;

    /// <summary>Begins to ask; on a new connection each time where <paramref name="reconnects"/> is set.</summary>
    public void Start(bool reconnects = false) => _asking = AskAsync(reconnects);

    /// <summary>Gives the milliseconds since the last call, and how many questions had no right answer.</summary>
    public (IReadOnlyList<double> Milliseconds, int Failures, string? Last) Take()
    {
        lock (_lock)
        {
            (List<double> taken, int failures, string? last) = (_latencies, _failures, _lastFailure);
            (_latencies, _failures, _lastFailure) = ([], 0, null);
            return (taken, failures, last);
        }
    }

    /// <summary>Gives a percentile of figures; 0 of none.</summary>
    public static double Percentile(IEnumerable<double> figures, double percent)
    {
        double[] sorted = [.. figures.Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percent / 100))];
    }

    /// <summary>Asks on a connection of its own; throws where the answer is wrong, or none comes within some tries.</summary>
    /// <remarks>A server all of whose places are taken by clients that it knows refuses further ones, which try again.</remarks>
    public static async Task AskOnceAsync(IPEndPoint address, string token, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using DbConnection connection = Connection(address, token);
                await connection.OpenAsync(cancellation);
                await AskAsync(connection, 1, cancellation);
                return;
            }
            catch (DbException refused) when (refused.IsTransient && attempt < MostAttempts)
            {
                await Task.Delay(s_pause, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _asking;
        _end.Dispose();
    }

    private static DbConnection Connection(IPEndPoint address, string token) => new ColumnStreamConnection(
        new ColumnStreamConnectionStringBuilder
        {
            Host = address.Address.ToString(), Port = address.Port, Token = token, Pooling = false, Timeout = 60, CommandTimeout = 60,
        }.ConnectionString);

    private static async Task AskAsync(DbConnection connection, int number, CancellationToken cancellation)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {number} + 1";
        object? answer = await command.ExecuteScalarAsync(cancellation);
        if (Convert.ToInt64(answer, CultureInfo.InvariantCulture) != number + 1)
        {
            throw new InvalidOperationException($"Answer is wrong: {answer}, expected {number + 1}.");
        }
    }

    private async Task AskAsync(bool reconnects)
    {
        DbConnection? connection = null;
        long due = _time.GetTimestamp();
        for (int i = 0; !_end.IsCancellationRequested; i++)
        {
            try
            {
                if (connection is null)
                {
                    connection = Connection(address, token);
                    await connection.OpenAsync(_end.Token);
                }

                await AskAsync(connection, i, _end.Token);
                if (reconnects)
                {
                    await connection.DisposeAsync();
                    connection = null;
                }

                Note(_time.GetElapsedTime(due).TotalMilliseconds, null);
            }
            catch (Exception) when (_end.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                Note(_time.GetElapsedTime(due).TotalMilliseconds, failure);
                await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
                connection = null;
            }

            due += (long)(pace.TotalSeconds * _time.TimestampFrequency);
            TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, CancellationToken.None);
            }
        }

        await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private void Note(double milliseconds, Exception? failure)
    {
        lock (_lock)
        {
            _latencies.Add(milliseconds);
            _failures += failure is null ? 0 : 1;
            _lastFailure = failure?.Message ?? _lastFailure;
        }
    }
}

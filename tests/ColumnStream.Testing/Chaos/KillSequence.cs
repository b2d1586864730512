using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Testing.Chaos;

/// <summary>Is one job whose runs are killed up to five times, each in a way that is drawn, and then left in peace.</summary>
/// <remarks>
/// <code>
/// 55 %  at a point between claim and commit        5 %  behind the end
/// 20 %  at any other point                         5 %  at a random moment, after a second process was refused
///  7 %  at a random moment                         8 %  halted at a point; an administrator breaks the lock, the next run takes over;
///                                                       later the halted one goes on and must do no harm
/// </code>
/// The first death is not drawn but the seed's duty: sequences that follow each other go round all points, so that a campaign
/// misses none by chance; points of a restore come behind a death that leaves a claim. Where the output has sessions, each fourth
/// life loses them instead of being killed. In half of the sequences every run has another parallelism. After every life a reader must see rows of the undisturbed
/// run only, none twice; in the end exactly those.
/// </remarks>
public sealed class KillSequence
{
    private const int MostKills = 5;
    private const int Killed = 128 + 9;

    // Where a process dies that leaves a claim to restore.
    private static readonly string[] s_behindClaim =
        [FailPoint.MidClaim, FailPoint.AfterClaim, FailPoint.MidCommit, FailPoint.AfterCommit, FailPoint.AfterMarker];

    // Where a run prepares rows or hands them to the database.
    private static readonly string[] s_sessionPoints =
        [FailPoint.AfterTrigger, FailPoint.AfterPrepare, FailPoint.BeforeClaim, FailPoint.MidClaim, FailPoint.AfterClaim, FailPoint.MidCommit];

    private readonly Random _random;
    private readonly string _duty;
    private readonly ChaosJob _job;
    private readonly JobStore _store;
    private readonly IReadOnlyDictionary<string, List<string>> _expected;
    private readonly KillTally _tally;
    private readonly bool _isRescaled;
    private readonly List<(ServerProcess Process, string What)> _halted = [];
    private readonly List<string> _history = [];
    private int _lives;

    private KillSequence(
        int seed, ChaosJob job, JobStore store, IReadOnlyDictionary<string, List<string>> expected, KillTally tally)
    {
        _random = new Random(seed);
        _duty = FailPoint.All[seed % FailPoint.All.Count];
        _job = job;
        _store = store;
        _expected = expected;
        _tally = tally;
        _isRescaled = _random.Next(2) == 0;
    }

    /// <summary>Plays the sequence of <paramref name="seed"/>.</summary>
    /// <exception cref="InvalidOperationException">A row was lost or doubled, or a run ended in a wrong way: the message tells what was done.</exception>
    public static void Play(
        int seed, JobShape shape, JobStore store, IReadOnlyDictionary<string, List<string>> expected, KillTally tally,
        JobOutput? output = null)
    {
        using var job = new ChaosJob(shape, output: output);
        var sequence = new KillSequence(seed, job, store, expected, tally);
        try
        {
            sequence.Play();
        }
        catch (Exception failure)
        {
            job.IsKept = true;
            throw new InvalidOperationException(
                $"replay: COLUMNSTREAM_SEQUENCE={seed} dotnet test tests/ColumnStream.Tests --filter FullyQualifiedName~Chaos.Kill\n"
                + $"{shape} into {job.Output.GetType().Name}, seed {seed}, folder kept: {job.Folder}\n{string.Join("\n", sequence._history)}\n{failure.Message}",
                failure);
        }
        finally
        {
            foreach ((ServerProcess process, _) in sequence._halted)
            {
                process.Dispose();
            }
        }
    }

    private void Play()
    {
        int kills = _random.Next(1, MostKills + 1);
        bool isOver = false;
        for (int i = 0; i < kills && !isOver; i++)
        {
            isOver = i == 0 ? DoDuty() : LiveAndDie();
            Check(_job.Difference(_expected, isOver));
            WakeSome();
        }

        if (!isOver)
        {
            Finish();
        }
        else if (_random.Next(2) == 0)
        {
            _tally.BehindTheEnd++;
            Finish();
        }

        while (_halted.Count > 0)
        {
            Wake();
        }

        Check(_job.Difference(_expected, isOver: true));
        _tally.Sequences++;
        _tally.SequencesByShape[_job.Shape.Name] = _tally.SequencesByShape.GetValueOrDefault(_job.Shape.Name) + 1;
    }

    /// <summary>Dies where the seed says; true if the run came to its end before.</summary>
    private bool DoDuty() =>
        (IsOfRestore(_duty) && DieAt(s_behindClaim[_random.Next(s_behindClaim.Length)])) || DieAt(_duty);

    /// <summary>Starts a run and ends it by force; true if it came to its end before.</summary>
    private bool LiveAndDie()
    {
        if (_job.Output.HasSessions && _random.Next(4) == 0)
        {
            return LoseSessions();
        }

        switch (_random.Next(100))
        {
            case < 55:
                return DieAt(Draw(FailPoint.IsBetweenClaimAndCommit));
            case < 75:
                return DieAt(Draw(static p => !FailPoint.IsBetweenClaimAndCommit(p) && p != FailPoint.AfterTerminal));
            case < 82:
                return DieSometime(withSecond: false);
            case < 87:
                return DieAt(FailPoint.AfterTerminal);
            case < 92:
                return DieSometime(withSecond: true);
            default:
                return Halt(Draw(static p => p is not (FailPoint.AfterGeneration or FailPoint.AfterTerminal)));
        }
    }

    private string Draw(Func<string, bool> isAllowed)
    {
        // A first run restores nothing.
        string[] points = [.. FailPoint.All.Where(p => isAllowed(p)
            && (_lives > 0 || !IsOfRestore(p)))];
        return points[_random.Next(points.Length)];
    }

    private static bool IsOfRestore(string point) => point is FailPoint.MidRestoreCommit or FailPoint.AfterRestore;

    private bool DieAt(string point)
    {
        using ServerProcess process = Start($"{point}:kill:{Hit(point)}", out ProtocolLog log);
        int code = process.Wait();
        Note(log);
        Check(code is 0 or Killed ? null : $"Run failed instead of dying at {point}, exit code {code}: {process.Output}");
        if (code == Killed)
        {
            _tally.Kill(point, isRandom: false);
        }

        // What dies behind its end has shown everything.
        return code == 0 || point == FailPoint.AfterTerminal;
    }

    private bool DieSometime(bool withSecond)
    {
        using ServerProcess process = Start("", out ProtocolLog log);
        if (withSecond && process.WaitUntil(() => log.Length > 0))
        {
            Refuse(process);
        }

        long end = Environment.TickCount64 + _random.Next(1, withSecond ? 400 : 2_000);
        bool lives = process.WaitUntil(() => Environment.TickCount64 >= end);
        if (lives)
        {
            process.Kill();
        }

        bool isDone = process.Wait() == 0;
        Note(log);
        if (!isDone)
        {
            Check(lives ? null : $"Run failed without being killed: {process.Output}");
            _tally.Kill(log.Points is [.., { } last] ? last : null, isRandom: true);
        }

        return isDone;
    }

    /// <summary>Cuts the sessions of a run up to three times, at a point or in a transaction; true if it came to its end.</summary>
    private bool LoseSessions()
    {
        string point = s_sessionPoints[_random.Next(s_sessionPoints.Length)];
        using ServerProcess process = Start($"{point}:sleep:5", out ProtocolLog log);
        for (int cuts = _random.Next(1, 4); cuts > 0; cuts--)
        {
            int hits = log.Points.Count(p => p == point) + _random.Next(1, _job.Output.MostHits + 1);
            bool isInTransaction = _random.Next(2) == 0;
            int delayMs = _random.Next(10);
            process.WaitUntil(() => log.Points.Count(p => p == point) >= hits);
            Thread.Sleep(delayMs);
            process.WaitUntil(() => _job.Output.CutSessions(isInTransaction, _tally));
        }

        int code = process.Wait();
        Note(log);
        bool isKnown = code == 0 || (code == 1 && IsExternalError(process.Output));
        Check(isKnown ? null : $"Run without its sessions did not end cleanly, exit code {code}: {process.Output}");
        _history.Add($"  sessions cut near {point}: exit code {code}");
        _tally.FailedByCut += code == 0 ? 0 : 1;
        return code == 0;
    }

    private static bool IsExternalError(string output) =>
        output.Contains("error CST5", StringComparison.Ordinal) && !output.Contains("   at ", StringComparison.Ordinal);

    /// <summary>Halts a run by SIGSTOP and breaks its lock; true if it came to its end before.</summary>
    private bool Halt(string point)
    {
        string action = $"{point}:stop:{Hit(point)}";
        ServerProcess process = Start(action, out ProtocolLog log);
        if (!process.WaitUntil(() => process.IsStopped))
        {
            bool isDone = process.Wait() == 0;
            string text = process.Output;
            process.Dispose();
            Note(log);
            Check(isDone ? null : $"Run failed without being killed: {text}");
            return true;
        }

        _halted.Add((process, action));
        if (_random.Next(2) == 0)
        {
            Refuse(process);
        }

        _store.BreakLock(_job);
        Note(log);
        return false;
    }

    private void WakeSome()
    {
        if (_halted.Count > 0 && _lives > 1 && _random.Next(3) == 0)
        {
            Wake();
        }
    }

    /// <summary>Lets a halted run go on: it may find out that it is late, or end what is its own, and changes nothing else.</summary>
    private void Wake()
    {
        (ServerProcess process, string what) = _halted[0];
        _halted.RemoveAt(0);
        using (process)
        {
            process.Continue();
            int code = process.Wait();
            _history.Add($"woken: {what}: exit code {code}: {process.Output.Trim()}");
            _tally.Zombies++;
            _tally.Fenced += process.Output.Contains("CST5010", StringComparison.Ordinal) ? 1 : 0;
            bool isKnown = code == 0 || (code == 1 && IsExternalError(process.Output));
            Check(isKnown ? null : "A woken run did not end cleanly.");
        }
    }

    /// <summary>Starts the last run, wakes a halted one in its middle, and lets it come to the end.</summary>
    private void Finish()
    {
        using ServerProcess process = Start("", out ProtocolLog log);
        if (_halted.Count > 0 && _random.Next(2) == 0)
        {
            long length = _random.Next(1, 2_000);
            process.WaitUntil(() => log.Length >= length);
            Wake();
        }

        int code = process.Wait();
        Note(log);
        Check(code == 0 ? null : $"The last run failed: {process.Output}");
    }

    private void Refuse(ServerProcess first)
    {
        (int code, string text) = ServerProcess.Run(_job.Folder, _store.Arguments(_job, "--quiet"), _store.Environment);
        bool isRefused = code != 0 && text.Contains("another process", StringComparison.OrdinalIgnoreCase);
        Check(isRefused || first.HasExited ? null : $"A second process was not refused: exit code {code}: {text}");
        _tally.Refused += isRefused ? 1 : 0;
    }

    private ServerProcess Start(string actions, out ProtocolLog log)
    {
        _tally.Restarts += _lives > 0 ? 1 : 0;
        log = new ProtocolLog(Path.Combine(_job.Folder, string.Create(CultureInfo.InvariantCulture, $"points-{_lives++}.log")));
        string parallelism = (_isRescaled ? _random.Next(1, 5) : 1).ToString(CultureInfo.InvariantCulture);
        _history.Add($"life {_lives}: parallelism {parallelism}, {(actions.Length == 0 ? "no action" : actions)}");
        return new ServerProcess(
            _job.Folder, _store.Arguments(_job, "--quiet", "--parallelism", parallelism), _store.With(log.Environment(actions)));
    }

    private int Hit(string point) => point switch
    {
        FailPoint.AfterGeneration or FailPoint.AfterRestore or FailPoint.AfterTerminal => 1,
        FailPoint.MidRestoreCommit => _random.Next(1, 3),
        _ => _random.Next(1, _job.Output.MostHits + 1),
    };

    private void Note(ProtocolLog log)
    {
        string[] points = log.Points;
        _tally.Epochs += points.Count(static p => p == FailPoint.MidClaim);
        _history.Add($"  {points.Length} points, last {points.LastOrDefault() ?? "none"}");
    }

    private static void Check(string? problem)
    {
        if (problem is not null)
        {
            throw new InvalidOperationException(problem);
        }
    }
}

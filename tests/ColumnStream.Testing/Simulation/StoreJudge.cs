using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sources;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Testing.Simulation;

/// <summary>Watches every object of a job's checkpoints and names the invariant that one breaks.</summary>
internal sealed class StoreJudge
{
    private readonly SimulatedObjectStore _store;
    private readonly HashSet<string> _claimsEver = new(StringComparer.Ordinal);
    private readonly HashSet<string> _protected = new(StringComparer.Ordinal);
    private readonly HashSet<long> _final = [];
    private readonly Dictionary<long, HashSet<string>> _named = [];
    private long _newestGeneration;
    private bool _isProtectedKnown;

    public StoreJudge(SimulatedObjectStore store)
    {
        _store = store;
        store.Created = OnCreated;
        store.Deleting = OnDeleting;
    }

    /// <summary>Gets or sets what is told that an epoch is committed, when it is the newest.</summary>
    public Action<Manifest> Committed { get; set; } = static _ => { };

    /// <summary>Gets or sets what is told the number of a run that begins.</summary>
    public Action<long> Began { get; set; } = static _ => { };

    /// <summary>Gets the number of checks by invariant.</summary>
    public SortedDictionary<string, long> Checks { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the claims that slipped in behind a newer run's beginning.</summary>
    public HashSet<long> Overtaken { get; } = [];

    /// <summary>Gets the number of clean-ups begun.</summary>
    public long Floors { get; private set; }

    /// <summary>Gets the newest run.</summary>
    public long NewestGeneration => _newestGeneration;

    /// <summary>Returns the newest epoch that is claimed and not void, or 0.</summary>
    public long NewestEpoch() => NewestEpochBut(0);

    /// <summary>Notes that a run continues a claim that had slipped in: then it counts.</summary>
    public bool Adopt(long epoch) => Overtaken.Remove(epoch) && epoch > NewestEpochBut(epoch);

    /// <summary>Tells whether an epoch held everything to the end.</summary>
    public bool WasFinal(long epoch) => _final.Contains(epoch);

    /// <summary>Tells whether an epoch is claimed and its manifest names all of these.</summary>
    public bool Names(long epoch, IReadOnlyList<string> committables)
    {
        Count("I2 no early visibility");
        return !Overtaken.Contains(epoch) && _named.TryGetValue(epoch, out HashSet<string>? names) && committables.All(names.Contains);
    }

    /// <summary>Returns the manifest of an epoch, or null.</summary>
    public Manifest? ManifestOf(long epoch) => ManifestOf(_store, epoch);

    /// <summary>Returns the manifest of a claimed epoch in a store, or null.</summary>
    public static Manifest? ManifestOf(SimulatedObjectStore store, long epoch) => ManifestOf(store, NameOfClaim(epoch));

    /// <summary>Returns the manifest that a claim names, or null where one of them is missing or damaged.</summary>
    public static Manifest? ManifestOf(SimulatedObjectStore store, string nameOfClaim) =>
        store.Content(nameOfClaim) is { } bytes
        && JsonSerializer.Deserialize(bytes, ManifestJson.Default.Claim) is { } claim
        && store.Content(claim.ManifestPath) is { } content
        && Convert.ToHexStringLower(SHA256.HashData(content)) == claim.ManifestSha256
            ? JsonSerializer.Deserialize(content, ManifestJson.Default.Manifest)
            : null;

    /// <summary>Returns where a manifest lies.</summary>
    public static string PathOf(Manifest manifest) =>
        CheckpointStore.ManifestFolder(manifest.Epoch, manifest.Generation, manifest.Nonce) + "/manifest.json";

    /// <summary>Returns the paths of a manifest's state files.</summary>
    public static IEnumerable<StateFile> FilesOf(Manifest manifest) =>
        manifest.Tasks.SelectMany(t => t.States).SelectMany(s => s.Files);

    /// <summary>Returns where the sources of an epoch stood.</summary>
    public static Dictionary<(string Uid, int Split), int> PositionsOf(Manifest manifest)
    {
        var positions = new Dictionary<(string Uid, int Split), int>();
        foreach (SourceSnapshot source in manifest.Tasks.SelectMany(t => t.Sources))
        {
            foreach (SplitState split in source.Splits)
            {
                positions[(source.Uid, int.Parse(split.SplitId, CultureInfo.InvariantCulture))] =
                    int.Parse(split.Position, CultureInfo.InvariantCulture);
            }
        }

        return positions;
    }

    /// <summary>Checks that everything that may be restored can be.</summary>
    public void CheckRestorable()
    {
        Count("I16 restorable");
        long floor = Floor();
        foreach (string name in _store.Names("claim/"))
        {
            // What a run put that was overtaken may go with its files, unless a later run takes it up.
            if (NumberOf(name) < floor || Overtaken.Contains(NumberOf(name)))
            {
                continue;
            }

            Manifest manifest = ManifestOf(_store, name) ?? throw Broken("I16", $"manifest of {name} is gone or damaged");
            foreach (StateFile file in FilesOf(manifest))
            {
                CheckFile(file, "I16");
            }
        }
    }

    /// <summary>Checks, when a job has ended and nothing failed in its last process, that only what is needed is left.</summary>
    public void CheckLeftovers()
    {
        Count("I19 bounded leftover");
        long floor = Floor();
        Protect();
        foreach (string name in _store.Names("ckpt/"))
        {
            if (NumberOf(name) < floor && !_protected.Contains(name))
            {
                throw Broken("I19", $"{name} lies below the floor {floor} and nothing names it");
            }
        }
    }

    private static string NameOfClaim(long epoch) => string.Create(CultureInfo.InvariantCulture, $"claim/{epoch:D12}.json");

    private static long NumberOf(string name)
    {
        string rest = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        int end = rest.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    private static InvariantException Broken(string invariant, string what) => new(9001, $"{invariant}: {what}.");

    private long NewestEpochBut(long epoch) =>
        _store.Names("claim/").Select(NumberOf).Where(e => e != epoch && !Overtaken.Contains(e)).DefaultIfEmpty().Max();

    private void Count(string check) => Checks[check] = Checks.GetValueOrDefault(check) + 1;

    private long Floor() => _store.Names("floor/").Select(NumberOf).DefaultIfEmpty().Max();

    private void OnCreated(string name, byte[] content)
    {
        if (name.StartsWith("gen/", StringComparison.Ordinal))
        {
            Count("I12 monotone generations");
            long number = NumberOf(name);
            if (number <= _newestGeneration)
            {
                throw Broken("I12", $"generation {number} came behind {_newestGeneration}");
            }

            _newestGeneration = number;
            Began(number);
        }
        else if (name.EndsWith("/manifest.json", StringComparison.Ordinal))
        {
            Manifest manifest = JsonSerializer.Deserialize(content, ManifestJson.Default.Manifest)!;
            if (manifest.Generation != _newestGeneration)
            {
                // A newer run may have removed the files of one that it overtook.
                return;
            }

            Count("I18 durable before named");
            if (manifest.IsFinal)
            {
                _final.Add(manifest.Epoch);
            }

            foreach (StateFile file in FilesOf(manifest))
            {
                CheckFile(file, "I18");
            }
        }
        else if (name.StartsWith("claim/", StringComparison.Ordinal))
        {
            OnClaimed(name, JsonSerializer.Deserialize(content, ManifestJson.Default.Claim)!);
        }
        else if (name.StartsWith("floor/", StringComparison.Ordinal))
        {
            Floors++;
            _isProtectedKnown = false;
        }
        else if (name.StartsWith("committed/", StringComparison.Ordinal))
        {
            CheckRestorable();
            long epoch = NumberOf(name);
            if (epoch == NewestEpoch() && ManifestOf(epoch) is { } manifest)
            {
                Committed(manifest);
            }
        }
    }

    private void OnClaimed(string name, Claim claim)
    {
        Count("I10 one winner");
        Count("I11 fencing");
        _isProtectedKnown = false;
        if (!_claimsEver.Add(name))
        {
            throw Broken("I10", $"{name} was claimed twice");
        }

        if (ManifestOf(claim.Epoch) is { } manifest)
        {
            _named[claim.Epoch] = [.. manifest.Tasks.SelectMany(t => t.Sinks).SelectMany(s => s.Committables)];
        }
        else if (claim.Generation == _newestGeneration)
        {
            throw Broken("I18", $"{name} names a manifest that is missing or damaged");
        }

        if (claim.Generation != _newestGeneration)
        {
            // The put of an older run was on its way when the newer one began: nothing may follow from it.
            Overtaken.Add(claim.Epoch);
            return;
        }

        long former = NewestEpochBut(claim.Epoch);
        if (claim.ParentEpoch != former)
        {
            throw Broken("I11", $"epoch {claim.Epoch} continues {claim.ParentEpoch} although {former} is the newest");
        }
    }

    private void OnDeleting(string name)
    {
        Count("I16 nothing named is deleted");
        long floor = Floor();
        if (name.StartsWith("claim/", StringComparison.Ordinal) && NumberOf(name) >= floor && !Overtaken.Contains(NumberOf(name)))
        {
            throw Broken("I16", $"{name} is deleted, the floor is {floor}");
        }

        if (name.StartsWith("ckpt/", StringComparison.Ordinal))
        {
            Protect();
            if (_protected.Contains(name))
            {
                throw Broken("I16", $"{name} is deleted although a retained checkpoint names it");
            }
        }
    }

    private void Protect()
    {
        if (_isProtectedKnown)
        {
            return;
        }

        _protected.Clear();
        long floor = Floor();
        foreach (string name in _store.Names("claim/").Where(n => NumberOf(n) >= floor && !Overtaken.Contains(NumberOf(n))))
        {
            if (ManifestOf(_store, name) is { } manifest)
            {
                _protected.Add(PathOf(manifest));
                _protected.UnionWith(FilesOf(manifest).Select(f => f.Path));
            }
        }

        _isProtectedKnown = floor > 0;
    }

    private void CheckFile(StateFile file, string invariant)
    {
        byte[] content = _store.Content(file.Path) ?? throw Broken(invariant, $"{file.Path} is named and does not exist");
        if (content.Length < file.Offset + file.Length)
        {
            throw Broken(invariant, $"{file.Path} is torn: {content.Length} bytes instead of {file.Offset + file.Length}");
        }
    }
}

using System;
using System.Collections.Generic;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using Xunit;

namespace ColumnStream.Tests.Runtime;

/// <summary>
/// Goal: a claim that slips in while a later run takes over stops nobody. Method: the later run starts at each point of the earlier one's
/// claim; whoever starts next finds the same newest epoch as those two did.
/// </summary>
public sealed class VoidClaimTests
{
    private readonly CheckpointStore _store = new(new MemoryObjectStore(TimeProvider.System));
    private readonly List<string> _done = [];

    [Fact]
    public void A_claim_that_a_later_run_did_not_see_is_void_for_all_who_come()
    {
        Generation zombie = Begin("zombie");
        Assert.True(Claim(zombie, 1));
        Generation heir = zombie;
        Assert.False(Claim(zombie, 2, FailPoint.BeforeClaim, () => heir = Begin("heir")));
        Assert.NotNull(_store.Read("claim/000000000002.json"));
        Assert.Equal(1, _store.NewestClaim()?.Epoch);

        // The number is gone; the run that owns the folder passes over it.
        Claim taken = Put(heir, 2);
        Assert.False(_store.TryClaim(taken, NoFailPoints.Instance));
        Assert.True(_store.IsTakenByVoid(taken));
        Assert.True(Claim(heir, 3));
        Assert.Equal(3, _store.NewestClaim()?.Epoch);
        Begin("next");
        Assert.Equal(3, _store.NewestClaim()?.Epoch);
        Assert.Equal(["zombie goes on from 0", "heir goes on from 1", "next goes on from 3"], _done);
    }

    [Fact]
    public void A_run_that_dies_before_its_first_claim_has_voided_it_all_the_same()
    {
        Generation zombie = Begin("zombie");
        Assert.True(Claim(zombie, 1));
        Assert.False(Claim(zombie, 2, FailPoint.BeforeClaim, () => Begin("heir")));
        Begin("next");
        Assert.Equal(["zombie goes on from 0", "heir goes on from 1", "next goes on from 1"], _done);
    }

    [Fact]
    public void A_claim_that_the_later_run_saw_stands()
    {
        Generation zombie = Begin("zombie");
        Assert.False(Claim(zombie, 1, FailPoint.MidClaim, () => Begin("heir")));
        Begin("next");
        Assert.Equal(["zombie goes on from 0", "heir goes on from 1", "next goes on from 1"], _done);
    }

    [Fact]
    public void A_claim_put_between_generation_and_start_stands()
    {
        Generation zombie = Begin("zombie");
        Generation? heir = null;
        Assert.False(Claim(zombie, 1, FailPoint.BeforeClaim, () => heir = _store.Begin("heir", fresh: false)));
        _store.PutStart(heir!, _store.NewestClaim()!.Epoch);
        Assert.Equal(1, _store.NewestClaim()?.Epoch);
    }

    [Fact]
    public void A_fresh_life_takes_nothing_of_the_one_before()
    {
        Generation zombie = Begin("zombie");
        Assert.True(Claim(zombie, 1));
        Assert.False(Claim(zombie, 2, FailPoint.BeforeClaim, () =>
        {
            Generation fresh = _store.Begin("fresh", fresh: true);
            _store.PutStart(fresh, fresh.FirstEpoch - 1);
        }));
        Assert.Null(_store.NewestClaim());
    }

    [Fact]
    public void A_number_that_a_later_run_has_is_not_void()
    {
        Generation zombie = Begin("zombie");
        Generation heir = Begin("heir");
        Assert.True(Claim(heir, 1));
        Claim late = Put(zombie, 1);
        Assert.False(_store.TryClaim(late, NoFailPoints.Instance));
        Assert.False(_store.IsTakenByVoid(late));
        Assert.Equal("heir", _store.NewestClaim()?.Nonce);
    }

    /// <summary>Would fail if only numbers of epochs told lives apart: the zombie's is the new life's first.</summary>
    [Fact]
    public void A_claim_of_a_former_life_is_not_the_new_life_s_even_before_its_start_is_recorded()
    {
        Generation zombie = Begin("zombie");
        Assert.True(Claim(zombie, 1));
        Assert.Equal(2, _store.Begin("fresh", fresh: true, new RestoreOrigin("saved", null)).FirstEpoch);

        // It looked at the generations just before, and puts its manifest and claim now.
        Assert.True(_store.TryPut(
            "claim/000000000002.json",
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Put(zombie, 2), ManifestJson.Default.Claim)));
        Assert.Null(_store.NewestClaim());

        // The next run of that life knows what it began from, and claims behind the number that is taken.
        Generation next = _store.Begin("next", fresh: false);
        Assert.Equal((2L, "saved"), (next.FirstEpoch, _store.Origin()?.Address));
        _store.PutStart(next, next.FirstEpoch - 1);
        Assert.Null(_store.NewestClaim());
        Assert.False(Claim(next, 2));
        Assert.True(Claim(next, 3));
        Assert.Equal(3, _store.NewestClaim()?.Epoch);
    }

    private Generation Begin(string nonce)
    {
        Generation generation = _store.Begin(nonce, fresh: false);
        long epoch = _store.NewestClaim()?.Epoch ?? 0;
        _store.PutStart(generation, epoch);
        _done.Add($"{nonce} goes on from {epoch}");
        return generation;
    }

    private Claim Put(Generation run, long epoch) => _store.PutManifest(new Manifest(
        Manifest.CurrentVersion, "job", epoch, epoch - 1, run.Number, run.Nonce, Manifest.CurrentKeyHash, 128, 0, false, []));

    private bool Claim(Generation run, long epoch, string? at = null, Action? then = null) =>
        _store.TryClaim(Put(run, epoch), at is null ? NoFailPoints.Instance : new AtPoint(at, then!));

    private sealed class AtPoint(string at, Action then) : IFailPoints
    {
        public void Hit(string name)
        {
            if (name == at)
            {
                then();
            }
        }
    }
}

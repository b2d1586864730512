namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Makes an epoch canonical by naming its manifest: put if absent, the point from which recovery rolls forward.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="ParentEpoch">The canonical epoch before, or 0.</param>
/// <param name="Generation">The run that claims.</param>
/// <param name="Nonce">Tells a repeated put of the same claim from somebody else's.</param>
/// <param name="ManifestPath">The manifest.</param>
/// <param name="ManifestSha256">Hash of its bytes.</param>
public sealed record Claim(
    long Epoch, long ParentEpoch, long Generation, string Nonce, string ManifestPath, string ManifestSha256);

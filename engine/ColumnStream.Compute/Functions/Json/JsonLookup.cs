using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Json;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Says what a path came to in one document.</summary>
internal enum JsonFound : byte
{
    /// <summary>A value, or an array of values.</summary>
    Value,

    /// <summary>Nothing, which is no error: lax paths only.</summary>
    Empty,

    /// <summary>An error.</summary>
    Error,
}

/// <summary>Reads a document and applies a path, with the modes of SQL; keeps its room from row to row.</summary>
/// <remarks>
/// Strict: a wrong document, a missing value and null are errors. Lax: they are empty; a path without one certain value finds
/// an array in either mode. A wrong path is an error in either.
/// </remarks>
internal sealed class JsonLookup
{
    private readonly JsonPathRun _run = new();
    private byte[] _pathText = [];
    private JsonPath? _path;

    /// <summary>Gets the document of the last call.</summary>
    public JsonTape Tape { get; } = new();

    /// <summary>Gets the writer of canonical text.</summary>
    public JsonWriter Writer { get; } = new();

    /// <summary>Gets the path of the last call.</summary>
    public JsonPath Path => _path!;

    /// <summary>Gets what the last call found.</summary>
    public JsonMatch First => _run.Matches[0];

    /// <summary>Gets everything that the last call found.</summary>
    public System.Collections.Generic.List<JsonMatch> All => _run.Matches;

    /// <summary>Gets whether the last call found one scalar.</summary>
    public bool IsScalar => Path.IsDefinite && First.Names is null && (First.Node < 0 || Tape[First.Node].IsScalar);

    /// <summary>Gets whether the last call found an array, or many values, which are one.</summary>
    public bool IsArray =>
        !Path.IsDefinite || (First.Names is null && First.Node >= 0 && Tape[First.Node].Kind == JsonKind.Array);

    /// <summary>Applies a path to a document.</summary>
    public unsafe JsonFound Find(Utf8 json, Utf8 path)
    {
        if (_path is null || !path.Span.SequenceEqual(_pathText))
        {
            _pathText = path.Span.ToArray();
            _path = JsonPath.Compile(Encoding.UTF8.GetString(_pathText));
        }

        if (_path.Error is not null)
        {
            return JsonFound.Error;
        }

        JsonFound missing = _path.IsLax ? JsonFound.Empty : JsonFound.Error;
        if (!Tape.Parse(json.Pointer, json.Length))
        {
            return missing;
        }

        if (!_run.Find(_path, Tape))
        {
            // Lax suppresses the error of a path to many values as well: it finds none of them.
            return _run.IsTooMuch || _path.IsDefinite || !_path.IsLax ? missing : JsonFound.Value;
        }

        bool isNull = _path.IsDefinite && First.Names is null && First.Node >= 0 && Tape[First.Node].Kind == JsonKind.Null;
        return isNull ? missing : JsonFound.Value;
    }

    /// <summary>Says why the last call, of this document, was an error.</summary>
    public string Why(Utf8 json) =>
        Path.Error is { } error ? $"Path is wrong: {error}: '{Path.Text}'"
        : Tape.Error is { } wrong ? $"Input is not JSON: {wrong} (at byte {Tape.ErrorAt}): {json.Quote()}"
        : _run.IsTooMuch ? $"Path takes too many steps: '{Path.Text}'"
        : $"No results for path: '{Path.Text}'";
}

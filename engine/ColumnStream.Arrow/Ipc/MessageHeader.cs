using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Opens the metadata of one message: what it is, how long its body is, and its header table.</summary>
internal readonly ref struct MessageHeader
{
    private readonly FlatTable _message;

    private MessageHeader(FlatTable message, short version, MessageKind kind, long bodyLength, FlatTable table)
    {
        _message = message;
        Version = version;
        Kind = kind;
        BodyLength = bodyLength;
        Table = table;
    }

    public short Version { get; }

    public MessageKind Kind { get; }

    public long BodyLength { get; }

    public FlatTable Table { get; }

    public static MessageHeader Parse(ReadOnlySpan<byte> metadata, long filePosition)
    {
        FlatTable message = new FlatBufferReader(metadata, filePosition).Root();
        short version = message.Get<short>(0, 0);
        if (version is not (Wire.VersionV4 or Wire.VersionV5))
        {
            throw message.Reader.Error($"Metadata version is not V4 or V5: V{version + 1}.", message.Position);
        }

        var kind = (MessageKind)message.Get<byte>(1, 0);
        if (kind is MessageKind.None or > MessageKind.SparseTensor)
        {
            throw message.Reader.Error($"Message kind is unknown: {(byte)kind}.", message.Position);
        }

        long bodyLength = message.Get<long>(3, 0);
        if (bodyLength < 0)
        {
            throw message.Reader.Error($"Message body has a negative length: {bodyLength}.", message.Position);
        }

        return new MessageHeader(message, version, kind, bodyLength, message.GetTable(2, "header"));
    }

    /// <summary>Reads the key-value metadata of the message itself.</summary>
    public ValueList<MetadataEntry> DecodeMetadata() =>
        _message.Has(4) ? SchemaDecoder.DecodeEntries(_message, 4) : default;

    /// <summary>Refuses messages that this reader has no use for, by name.</summary>
    public void Expect(MessageKind kind)
    {
        if (Kind == kind)
        {
            return;
        }

        throw new IpcException(
            $"Message is of another kind: {Kind}, expected {kind}.", Table.Reader.FilePosition + Table.Position);
    }
}

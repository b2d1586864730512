using System;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Http2;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: a call that the server never began goes again although writing it failed before the server's word was read. Method: a
/// connection over a stream that fails its writers and gives its reader what the test says.
/// </summary>
public sealed class Http2UploadTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private static readonly GrpcChannelOptions s_options = new() { Host = "127.0.0.1", Time = new SteppedTime() };

    /// <summary>Breaks when the writer's error is taken for the call's end: it waits for an answer to a request it never completes.</summary>
    [Fact]
    public async Task A_write_that_fails_before_the_refusal_is_read_is_sent_again()
    {
        await using var broken = new ScriptedStream();
        await using var whole = new ScriptedStream();
        (Http2Stream first, Http2Stream second) = (Open(broken), Open(whole));
        var upload = new Http2Upload(first);
        broken.FailsWrites = true;
        Task sending = upload.SendAsync(new byte[] { 1, 2 }, new byte[] { 3 }, default).AsTask();
        await broken.Failed.WaitAsync(s_limit);
        Assert.False(sending.IsCompleted);
        broken.Say(BareHttp2Server.Frame(7, 0, 0, "0000000000000000"));
        await sending.WaitAsync(s_limit);
        Assert.True(upload.IsKept);
        await upload.GoOnAsync(second, default).AsTask().WaitAsync(s_limit);
        Assert.Contains("000003" + "0000" + "00000001" + "010203", whole.Written(), StringComparison.Ordinal);
    }

    /// <summary>Breaks when an error is kept from the writer that is no refusal: the server may have begun the call.</summary>
    [Fact]
    public async Task A_write_that_fails_without_a_refusal_is_an_error()
    {
        await using var broken = new ScriptedStream();
        var upload = new Http2Upload(Open(broken));
        broken.FailsWrites = true;
        Task sending = upload.SendAsync(new byte[] { 1, 2 }, default, default).AsTask();
        await broken.Failed.WaitAsync(s_limit);
        broken.Say([]);
        await Assert.ThrowsAsync<IOException>(() => sending.WaitAsync(s_limit));
    }

    private static Http2Stream Open(ScriptedStream stream)
    {
        var connection = new Http2Connection(new Http2Wire(stream), s_options, static () => { });
        stream.Say(BareHttp2Server.Frame(4, 0, 0, ""));
        connection.Start();
        Http2Stream call = connection.TryOpen([0x82])!;
        connection.Output.Flush();
        return call;
    }

    private sealed class ScriptedStream : Stream
    {
        private readonly Channel<byte[]> _said = Channel.CreateUnbounded<byte[]>();
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly MemoryStream _written = new();

        public bool FailsWrites { get; set; }

        public Task Failed => _failed.Task;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Say(byte[] bytes) => _said.Writer.TryWrite(bytes);

        public string Written()
        {
            lock (_written)
            {
                return Convert.ToHexString(_written.ToArray());
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            byte[] bytes = await _said.Reader.ReadAsync(cancellationToken);
            bytes.CopyTo(buffer);
            return bytes.Length;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (FailsWrites)
            {
                _failed.TrySetResult();
                return ValueTask.FromException(new IOException("Broken pipe"));
            }

            lock (_written)
            {
                _written.Write(buffer.Span);
            }

            return default;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

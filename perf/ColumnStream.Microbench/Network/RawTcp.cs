using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace ColumnStream.Microbench.Network;

/// <summary>Sends bodies with their lengths over a loopback socket: what any protocol can at best reach.</summary>
internal static class RawTcp
{
    /// <summary>Sends <paramref name="count"/> bodies in either direction.</summary>
    public static async Task SendAsync(int size, int count, bool isDown)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient far = await listener.AcceptTcpClientAsync();
        NetworkStream from = (isDown ? far : near).GetStream();
        NetworkStream to = (isDown ? near : far).GetStream();
        Task sending = Task.Run(async () =>
        {
            var body = new byte[size];
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, size);
            for (int i = 0; i < count; i++)
            {
                await from.WriteAsync(length);
                await from.WriteAsync(body);
            }
        });
        var buffer = new byte[size];
        for (int i = 0; i < count; i++)
        {
            await to.ReadExactlyAsync(buffer.AsMemory(0, 4));
            await to.ReadExactlyAsync(buffer.AsMemory(0, BinaryPrimitives.ReadInt32LittleEndian(buffer)));
        }

        await sending;
    }
}

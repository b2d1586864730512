using ColumnStream.Server.Composition;
using Xunit;

namespace ColumnStream.Tests.Server.Composition;

// Goal: native memory and the runtime's heap together stay inside the container. Method: the sums. Would fail if the heap were
// limited to a share of the container whatever memory.limit takes of it, or a process without memory.limit were limited at all.
public sealed class ManagedHeapTests
{
    private const long Gigabyte = 1L << 30;

    [Theory]
    [InlineData(4 * Gigabyte, Gigabyte, (4 * Gigabyte) - (Gigabyte / 4) - Gigabyte)]
    [InlineData(4 * Gigabyte, 3 * Gigabyte, Gigabyte * 3 / 4)]
    [InlineData(Gigabyte, Gigabyte, Gigabyte / 8)]
    [InlineData(4 * Gigabyte, long.MaxValue, null)]
    public void The_heap_gets_what_native_memory_leaves(long available, long native, long? limit) =>
        Assert.Equal(limit, ManagedHeap.LimitOf(available, native));

    [Theory]
    [InlineData("4294967296\n", 4 * Gigabyte)]
    [InlineData("max\n", null)]
    [InlineData("9223372036854771712\n", null)]
    [InlineData("", null)]
    public void The_limit_of_a_control_group_is_read(string text, long? limit) => Assert.Equal(limit, ManagedHeap.ReadLimit(text));
}

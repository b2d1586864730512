using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Merges the channels of one exchange into what one stream is for the chain.</summary>
internal sealed class ExchangeEntry(NodeOutput output, int firstChannel, int channelCount)
{
    private readonly WatermarkMerger _channels = new(channelCount);
    private readonly bool[] _ended = new bool[channelCount];
    private int _endedCount;

    public NodeOutput Output => output;

    public int FirstChannel => firstChannel;

    public bool IsEnded => _endedCount == channelCount;

    /// <summary>Passes on an element that is no barrier.</summary>
    public void Deliver(int channel, StreamElement element)
    {
        int local = channel - firstChannel;
        switch (element)
        {
            case StreamBatch batch:
                _channels.SetActive(local);
                output.Emit(batch);
                break;
            case Watermark watermark:
                if (_channels.Advance(local, watermark.TimeMs))
                {
                    output.EmitWatermark(_channels.Current);
                }

                break;
            case Idle:
                if (_channels.SetIdle(local))
                {
                    output.EmitWatermark(_channels.Current);
                }

                if (_channels.IsIdle)
                {
                    output.EmitIdle();
                }

                break;
            case End:
                if (_ended[local])
                {
                    throw new InvariantException(9001, $"Channel ended twice: {channel}.");
                }

                _ended[local] = true;
                if (++_endedCount == channelCount)
                {
                    output.EmitEnd();
                }

                break;
            default:
                throw new InvariantException(9001, $"Element is unknown: {element}.");
        }
    }
}

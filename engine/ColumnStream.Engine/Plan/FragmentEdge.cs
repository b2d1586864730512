namespace ColumnStream.Engine.Plan;

/// <summary>Connects two fragments through one exchange node.</summary>
/// <param name="Exchange">Id of the exchange node in the plan.</param>
/// <param name="From">Id of the producing fragment; its node is the exchange's input.</param>
/// <param name="To">Id of the consuming fragment.</param>
public sealed record FragmentEdge(int Exchange, int From, int To);

namespace Crucible.Experiments.Domain;

/// <summary>Names for runs that come without one: an adjective, an animal and a number, such as "brisk-otter-417".</summary>
public static class RunNames
{
    /// <summary>A name; the same random source gives the same names.</summary>
    public static string Next(Random random) =>
        $"{Adjectives[random.Next(Adjectives.Length)]}-{Animals[random.Next(Animals.Length)]}-{random.Next(1000)}";

    internal static readonly string[] Adjectives = (
        "able agile airy amber apt avid bold brave breezy bright brisk calm candid careful cheery civil clear clever cosy crisp "
        + "daring deft eager early earnest easy fair fearless fleet fluent frank fresh gentle glad golden grand handy hardy honest "
        + "humble jolly keen kind lively loyal lucid mellow merry mild modest neat nimble patient placid playful plucky polite "
        + "proud quick quiet rapid ready rosy serene sharp silent smart snug spry steady sunny swift tidy trusty upbeat vivid warm "
        + "wise witty zesty").Split(' ');

    internal static readonly string[] Animals = (
        "alpaca antelope badger barbel bat bear beaver bison bittern boar bream carp cat chamois cheetah cod condor coot crab crane "
        + "cricket curlew deer dingo dolphin dove duck eagle eel egret elk falcon ferret finch fox frog gannet gecko gibbon goat "
        + "goose grouse gull hare hawk hedgehog heron hippo ibex ibis jackdaw jay kestrel kite koala lark lemur linnet lion llama "
        + "lynx magpie marmot marten mole moose moth newt okapi oriole osprey otter owl panda perch pike plover puffin quail rabbit "
        + "raven robin salmon seal shrew skua sloth snipe sparrow stoat stork swan tapir tern thrush tiger toad trout turtle vole "
        + "walrus weasel whale wombat wren yak zebra").Split(' ');
}

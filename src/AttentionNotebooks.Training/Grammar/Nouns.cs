namespace AttentionNotebooks.Training;

/// <summary>The nouns, by world and class. <c>goose=geese</c> gives a plural that the rules do not find, <c>milk~</c> has
/// none, <c>king/m</c> and <c>queen/f</c> are he and she.</summary>
internal static class Nouns
{
    /// <summary>A world is what a text is about; <c>anywhere</c> goes with all of them.</summary>
    public const string Table = """
        anywhere
          P: man=men/m woman=women/f boy/m girl/f child=children friend neighbour stranger brother/m sister/f mother/f father/m uncle/m
          P: aunt/f cousin twin
          A: dog cat bird mouse=mice
          T: key lamp stone rope knife=knives clock chair table coat hat
          C: box bag basket bottle
          V: car bicycle
          L: house garden room
          O: street bridge hill river
          D: letter book note story
          F: apple meal cake
          E: party storm meeting journey
          X: door window roof wall handle corner
          I: idea plan question answer problem secret reason rumour
        village
          P: baker smith priest/m widow/f mayor carpenter tailor miller beggar weaver potter
          A: hen goose=geese donkey owl
          F: bread~ pie loaf=loaves pear
          T: hammer bell candle axe bucket broom
          C: barrel jug sack
          V: cart wagon
          L: village church market well forge inn
          O: square
          D: prayer bill
          N: oak rose hedge
          E: wedding feast funeral fair
        school
          P: teacher pupil student principal classmate librarian coach
          A: hamster rabbit frog
          F: sandwich biscuit banana
          T: pencil ruler desk computer blackboard
          C: drawer satchel locker
          V: bus scooter
          L: school classroom library hall corridor
          O: playground
          D: essay report notebook poem list
          N: fern
          E: lesson exam class game
          I: rule mistake lesson
        sea
          P: sailor captain fisherman=fishermen/m pilot diver passenger pirate keeper
          A: fish=fish whale seal gull dolphin crab
          F: herring soup oyster
          T: net anchor sail oar lantern flag
          C: crate chest tank
          V: ship boat ferry raft
          L: port lighthouse
          O: harbour island beach bay coast
          D: map chart diary
          N: palm
          E: voyage tide gale
        farm
          P: farmer shepherd milkmaid/f labourer vet rancher
          A: cow goat horse sheep=sheep pig duck calf=calves
          F: cheese~ egg carrot potato tomato
          T: fork spade fence ladder plough
          C: pail trough sack
          V: tractor truck
          L: farm barn stable orchard
          O: field meadow pond
          D: receipt
          N: tree bush apricot
          E: harvest flood drought
        office
          P: clerk manager lawyer secretary boss visitor guard director accountant
          A: spider parrot
          F: coffee~ cookie
          T: phone printer screen pen folder
          C: cabinet briefcase
          V: taxi lift
          L: office lobby bank canteen
          D: contract email form document memo
          N: cactus
          E: interview strike conference
          I: deadline proposal decision
        kitchen
          P: cook waiter/m guest chef maid/f butcher
          A: fly lobster
          F: rice~ sausage onion pudding salad stew pancake
          T: spoon plate oven stove towel
          C: pot bowl pan jar kettle
          V: trolley
          L: kitchen restaurant cellar pantry
          D: recipe menu
          N: herb
          E: dinner supper breakfast
        travel
          P: tourist driver guide traveller soldier porter
          A: camel mule snake
          F: orange lemon roll
          T: camera tent ticket blanket compass
          C: suitcase backpack trunk
          V: train plane coach
          L: station hotel city airport valley museum
          O: mountain desert
          D: passport postcard newspaper
          N: flower
          E: trip delay parade
        science
          P: scientist doctor nurse professor engineer astronomer chemist
          A: monkey rat bat beetle
          F: sugar~ mushroom
          T: telescope microscope machine magnet lens robot
          C: tube cage flask
          V: rocket satellite
          L: laboratory hospital university clinic observatory
          D: paper article theory
          N: seed leaf=leaves
          E: experiment lecture eclipse
          I: result theory method discovery
        castle
          P: king/m queen/f prince/m princess/f knight/m servant wizard/m witch/f
          A: dragon wolf=wolves raven hound
          F: honey~ plum
          T: sword crown shield ring mirror throne
          C: cup casket
          V: carriage sledge
          L: castle tower palace dungeon forest cave
          D: scroll poem
          N: thorn
          E: battle ball siege
          I: spell promise riddle
        theatre
          P: actor singer dancer painter poet musician writer drummer
          A: pony swan
          F: chocolate~ peach
          T: violin drum piano mask costume curtain
          C: case vase
          V: van tram
          L: theatre gallery studio cinema
          O: stage
          D: play song script novel
          N: lily
          E: concert rehearsal show festival
        winter
          P: hunter skier skater climber ranger
          A: bear fox deer=deer reindeer=reindeer
          F: porridge~ nut
          T: shovel glove scarf=scarves boot stick
          C: stove kettle
          V: sleigh snowplough
          L: cabin
          O: lake path slope glacier
          D: warning
          N: pine fir
          E: blizzard race avalanche
        """;

    /// <summary>Given names with F or M, and surnames.</summary>
    public const string Women =
        "Anna Maria Clara Emma Julia Sarah Alice Lucy Nora Grace Ellen Ruth Ida Martha Rosa Vera Lena Irene Helen Olga Amina Mei Fatima "
        + "Priya";

    public const string Men =
        "Tom John Peter Paul Henry Oscar David Martin Simon Karl Hugo Victor Adam George Frank Robert Leo Samuel Arthur Ben Omar Kofi "
        + "Ravi Diego";

    public const string Surnames = "Hill Brown Marsh Baker Stone Novak Weber Rossi Lang Carter Reed Okafor Silva Tanaka Moreau Berg";
}

namespace AttentionNotebooks.Training;

/// <summary>What a verb takes beside its subject.</summary>
internal enum Frame
{
    Intransitive,
    Motion,
    Transitive,
    Ditransitive,
    That,
    TellThat,
    Whether,
    ToInfinitive,
    Gerund,
    ObjectControl,
    Linking,
    Particle,
    ParticleObject,
    Prepositional,
}

/// <summary>The verbs. A row is: frame | classes of the subject | classes of the object | verbs. <c>see=saw=seen</c> gives
/// irregular forms, <c>thank!</c> cannot go without its object, <c>know_</c> has no progressive, <c>pick+up</c> names
/// the particle and <c>look@at</c> the preposition.</summary>
internal static class Verbs
{
    public const string Table = """
        Intransitive   | PA   |      | sleep=slept rest wait tremble shiver wake=woke=woken drink=drank=drunk swim=swam=swum jump
        Intransitive   | PA   |      | hide=hid=hidden
        Intransitive   | P    |      | laugh smile sing=sang=sung dance cough shout cry whisper sigh nod work complain wave
        Intransitive   | A    |      | growl limp starve
        Intransitive   | V    |      | stop crash rattle arrive vanish
        Intransitive   | TCX  |      | fall=fell=fallen break=broke=broken shine=shone rattle crack vanish
        Intransitive   | N    |      | grow=grew=grown bloom wither
        Intransitive   | E    |      | begin=began=begun end continue start
        Intransitive   | F    |      | burn spoil cool
        Intransitive   | D    |      | vanish
        Intransitive   | I    |      | spread=spread fail matter_ vanish
        Motion         | PAV  |      | go=went=gone come=came=come hurry return move
        Motion         | PA   |      | walk run=ran=run wander climb escape crawl
        Motion         | P    |      | travel march stroll
        Transitive     | P    | P    | help thank! greet! visit know_=knew=known meet=met invite! warn trust_ blame! praise! teach=taught
        Transitive     | P    | P    | admire!_ hate_ marry
        Transitive     | PA   | PA   | see=saw=seen hear=heard watch follow chase find!=found avoid! love_ like!_ fear_ need!_ attack
        Transitive     | PA   | PA   | surprise
        Transitive     | P    | A    | feed=fed catch!=caught wash train tame! ride=rode=ridden
        Transitive     | P    | F    | eat=ate=eaten cook bake taste buy=bought sell=sold share prepare serve
        Transitive     | A    | F    | eat=ate=eaten smell=smelled steal=stole=stolen
        Transitive     | P    | TC   | carry clean repair! buy=bought sell=sold lose=lost hide=hid=hidden paint borrow use! hold=held drop
        Transitive     | P    | TC   | find!=found break!=broke=broken bring=brought steal=stole=stolen
        Transitive     | P    | C    | fill! empty open close lock
        Transitive     | P    | V    | drive=drove=driven repair! paint stop push
        Transitive     | P    | L    | visit leave=left enter clean reach explore describe!
        Transitive     | P    | O    | visit leave=left cross reach explore describe!
        Transitive     | PAV  | LO   | reach leave=left
        Transitive     | P    | D    | read=read write=wrote=written sign copy print study send=sent=sent keep=kept
        Transitive     | P    | N    | plant water cut=cut pick touch!
        Transitive     | P    | E    | attend plan remember enjoy miss describe! cancel=cancelled
        Transitive     | P    | I    | explain discuss! remember forget=forgot=forgotten understand_=understood reject! mention!
        Transitive     | P    | X    | paint clean touch! repair! measure decorate
        Transitive     | V    | TC   | carry crush!
        Transitive     | I    | P    | surprise worry puzzle please
        Transitive     | E    | P    | surprise frighten tire delay
        Ditransitive   | P    | TDFC | give=gave=given send=sent show=showed=shown offer lend=lent hand bring=brought sell=sold
        That           | P    |      | say=said think_=thought know_=knew=known believe_ hope claim notice hear=heard report remember learn
        That           | P    |      | fear_ discover guess promise
        TellThat       | P    | P    | tell=told warn remind promise
        Whether        | P    |      | wonder ask know_=knew=known forget=forgot=forgotten see=saw=seen
        ToInfinitive   | P    |      | want_ try hope plan need_ begin=began=begun decide learn refuse agree promise love_ like_ expect_
        ToInfinitive   | P    |      | forget=forgot=forgotten
        ToInfinitive   | A    |      | try want_ begin=began=begun
        Gerund         | PA   |      | start stop keep=kept
        Gerund         | P    |      | enjoy avoid finish
        ObjectControl  | P    | P    | ask tell=told order persuade force allow want_ teach=taught invite expect_
        Linking        | PA   |      | seem_ look become=became=become feel=felt remain_ stay
        Linking        | LOTCX |      | seem_ look become=became=become remain_
        Particle       | PA   |      | wake=woke=woken+up get=got=got+up run=ran=run+away
        Particle       | P    |      | sit=sat+down stand=stood+up give=gave=given+up calm+down
        Particle       | V    |      | break=broke=broken+down slow+down
        ParticleObject | P    | TC   | pick+up put=put+down throw=threw=thrown+away take=took=taken+out bring=brought+back
        ParticleObject | P    | TC   | give=gave=given+away
        ParticleObject | P    | D    | throw=threw=thrown+away put=put+away hand+over write=wrote=written+down
        ParticleObject | P    | L    | clean+up lock+up
        Prepositional  | PA   | PAT  | look@at wait@for listen@to search@for
        Prepositional  | P    | PA   | talk@to laugh@at care@for play@with think_=thought@about worry@about
        Prepositional  | P    | IE   | talk@about think_=thought@about complain@about dream@about
        Prepositional  | P    | D    | look@at work@on laugh@at
        """;
}
